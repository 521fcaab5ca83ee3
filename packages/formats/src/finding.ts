import type { ByteRange } from './bytes/range.js';

/** `note`: repaired or worth knowing, nothing lost. `damage`: bytes are doubtful. `lost`: bytes are missing. */
export type Severity = 'note' | 'damage' | 'lost';

interface FindingKind {
  readonly severity: Severity;
  /** What it means. */
  readonly meaning: string;
  /** What a person can do. */
  readonly action: string;
}

/**
 * THE CATALOGUE: every finding there is. Codes are stable (semver); `docs/findings.md` is held equal to this table.
 */
export const findingKinds = {
  'area.layout': {
    severity: 'note',
    meaning: 'how the region is cut into zones, in the words of the driver; what was not given was inferred',
    action: 'paste the detail behind --ramoops to name the layout next time',
  },
  'area.writer': {
    severity: 'note',
    meaning: 'the kernel that wrote the region, as its ftrace signatures or its texts name it',
    action: 'nothing: without --as-kernel its rules are used',
  },
  'area.slack': {
    severity: 'note',
    meaning: 'bytes between or beside records that belong to none',
    action: 'nothing: rounding leaves them; a long stretch can mean that the layout is not the writer’s',
  },
  'area.ambiguous': {
    severity: 'note',
    meaning: 'another layout, or another backend, explains the same bytes as well',
    action: 'name the layout if you know it, as with --ramoops',
  },
  'area.no-layout': {
    severity: 'damage',
    meaning: 'signatures were found but no layout fits the named parameters or the bytes',
    action: 'leave out --ramoops, or give the parameters of the kernel that wrote the medium',
  },
  'area.address': {
    severity: 'note',
    meaning: 'mem_address lies outside of this medium; the region was read from offset 0',
    action: 'nothing if the medium is a copy of the region alone',
  },
  'area.truncated': {
    severity: 'lost',
    meaning: 'the medium ends before the region does',
    action: 'copy the medium again, whole, or correct mem_size',
  },
  'zone.empty': { severity: 'note', meaning: 'the zone is in order and holds nothing', action: 'nothing' },
  'zone.signature': {
    severity: 'damage',
    meaning: 'no valid signature stands where the layout has a zone: the kernel takes it for empty',
    action: 'look at the range; the data behind it may still be legible',
  },
  'zone.other-kernel': {
    severity: 'note',
    meaning: 'the ftrace signature holds another kernel version: that kernel alone would show the zone',
    action: 'use --as-kernel with the version named',
  },
  'zone.invalid': {
    severity: 'damage',
    meaning: 'start or size of the header is out of range: the kernel discards the zone',
    action: 'look at the range; the data behind it may still be legible',
  },
  'zone.inconsistent': {
    severity: 'damage',
    meaning:
      'the ring is not full, yet start differs from size: no correct writer leaves that; read as the kernel does',
    action: 'mistrust the order of the text in this record',
  },
  'ecc.corrected': {
    severity: 'note',
    meaning: 'wrong bytes were located and corrected by Reed-Solomon',
    action: 'nothing: origin names the corrected bytes',
  },
  'ecc.uncorrectable': {
    severity: 'damage',
    meaning: 'a block has more wrong bytes than its parity can correct; its bytes are given as they stand',
    action: 'mistrust the text from this range',
  },
  'dmesg.no-header': {
    severity: 'damage',
    meaning: 'a dump without the line `====seconds.microseconds`: kernels since 4.4 drop it',
    action: 'read it as text without a time',
  },
  'dmesg.appended': {
    severity: 'note',
    meaning: 'another dump follows in the same zone (kernels before 5.5 append)',
    action: 'nothing: each dump is a record of its own',
  },
  'dmesg.empty': {
    severity: 'note',
    meaning: 'a dump header with nothing behind it',
    action: 'nothing',
  },
  'dmesg.pre-zone': {
    severity: 'note',
    meaning: 'a dump of a kernel before 3.5, without zone header',
    action: 'nothing: pstore never showed such records as files',
  },
  'kernel.scan-ends': {
    severity: 'note',
    meaning: 'the kernel ends its list at an empty dump: it shows nothing behind this range',
    action: 'nothing: the records behind it are shown here',
  },
  'recovered.header': {
    severity: 'note',
    meaning: 'the kernel takes the zone for empty or discards it; it was read by the header that must have stood there',
    action: 'nothing: the detail says what gives that header',
  },
  'recovered.area': {
    severity: 'damage',
    meaning: 'no header says what is valid here: all of the data was searched for text',
    action: 'mistrust the order of the text, and where it begins and ends',
  },
  'recovered.erased': {
    severity: 'note',
    meaning: 'the zone was emptied; what it held before still stands there',
    action: 'nothing',
  },
  'recovered.stale': {
    severity: 'note',
    meaning: 'bytes behind the valid ones of a zone: left over from an earlier and longer log',
    action: 'nothing: what was before them was written over',
  },
  'recovered.order': {
    severity: 'note',
    meaning: 'where a ring without a header begins, and what says so',
    action: 'check the order of its lines',
  },
  'recovered.gaps': {
    severity: 'lost',
    meaning: 'stretches that are no text were left out of this one',
    action: 'look at the payload for what stands there',
  },
  'recovered.line': {
    severity: 'damage',
    meaning: 'the header line of a dump is damaged or lost; the dump was found behind its place',
    action: 'mistrust the time of this record',
  },
  'recovered.bounds': {
    severity: 'note',
    meaning: 'the size that the zone names was not believed: the dump was read as far as it goes by its own rules',
    action: 'nothing',
  },
  'recovered.mended': {
    severity: 'damage',
    meaning: 'bits of the stream were changed, and it reads as a dump to its end',
    action: 'mistrust single words of the text: the detail names the bits, or the one byte',
  },
  'recovered.carved': {
    severity: 'damage',
    meaning: 'found by its looks alone, where no structure says that a record stands',
    action: 'mistrust what it is, and when it was written',
  },
  'recovered.same': {
    severity: 'note',
    meaning: 'the same text as another record; it is shown once',
    action: 'nothing: the detail names the other place',
  },
  'compress.recognised': {
    severity: 'note',
    meaning: 'the compressor of the stream, found by trying each, and how sure that is',
    action: 'name another with --compression if you know it',
  },
  'compress.ambiguous': {
    severity: 'damage',
    meaning: 'a second compressor accepts the stream as well; the text of the first is shown',
    action: 'compare: name the other one with --compression',
  },
  'compress.plain': {
    severity: 'note',
    meaning: 'the record is marked as compressed, yet plain text: the kernel shows it as .enc.z',
    action: 'nothing: the text is shown here',
  },
  'compress.unknown': {
    severity: 'damage',
    meaning: 'the record is compressed and none of the decompressors accepts it; it is kept as stored',
    action: 'name the compressor with --compression to see what it makes of the beginning',
  },
  'compress.broken': {
    severity: 'lost',
    meaning: 'the compressed stream is damaged or cut; the text is shown as far as it is sound',
    action: 'look at the payload for the rest; the kernel shows the stored bytes as .enc.z',
  },
  'compress.literals': {
    severity: 'lost',
    meaning: 'no text could be had of the stream, only its literals: what the text does not repeat of itself, in order',
    action: 'look at the payload for words; they are pieces of the text, with gaps that nothing shows',
  },
  'compress.suspect': {
    severity: 'damage',
    meaning:
      'bytes of the stream may be wrong (ECC could not correct them, or they were changed by guess): what follows depends on them, also where it seems to end well',
    action: 'mistrust the text from the place named on',
  },
  'compress.whitespace': {
    severity: 'note',
    meaning: 'the kernel swallows the first byte of this payload as white space behind the header line and fails',
    action: 'nothing: the byte was put back here',
  },
  'compress.kept': {
    severity: 'note',
    meaning:
      'the stream is whole, but this kernel shows the stored bytes as .enc.z: another format, or more text than its buffer holds',
    action: 'nothing: the text is shown here',
  },
  'efi.volume': {
    severity: 'note',
    meaning: 'a firmware volume with variables: its store, its working block and its spare',
    action: 'nothing: the working block counts how often the store was written anew',
  },
  'efi.store': {
    severity: 'note',
    meaning: 'a store of variables and what its bytes are: numbers of variables, and the bytes that they occupy',
    action: 'nothing: deleted dumps are recovered until the store is reclaimed',
  },
  'efi.store-header': {
    severity: 'damage',
    meaning: 'variables stand where the volume has its store, but its header is not legible: the firmware knows none',
    action: 'nothing: the variables are shown here',
  },
  'efi.size': {
    severity: 'damage',
    meaning: 'a size claims more than there is; it was read up to where something else begins',
    action: 'copy the medium again if it was cut short; mistrust the end of this record',
  },
  'efi.damaged': {
    severity: 'damage',
    meaning: 'bytes of the store that are neither a variable nor erased: the list of the firmware ends before them',
    action: 'look at the range; variables behind it were found by their headers',
  },
  'efi.unreached': {
    severity: 'note',
    meaning: 'the firmware does not come to this variable: it stands behind damage or inside of another one',
    action: 'nothing: it is shown here',
  },
  'efi.interrupted': {
    severity: 'note',
    meaning: 'the power went while the store was reclaimed: the firmware goes on with the copy in the spare',
    action: 'nothing: both were read',
  },
  'efi.half-written': {
    severity: 'lost',
    meaning: 'the power went while the variable was written; its data are kept up to the first erased bytes',
    action: 'mistrust the end of this record',
  },
  'efi.state': {
    severity: 'damage',
    meaning: 'the state of the variable is none that firmware writes: it does not count for the firmware',
    action: 'nothing: the variable is shown here',
  },
  'efi.checksum': {
    severity: 'damage',
    meaning: 'the data of the variable do not fit the CRC-32 in its header',
    action: 'mistrust the text of this record',
  },
  'efi.carved': {
    severity: 'note',
    meaning: 'a dump that stands in no store, found by its GUID and its name',
    action: 'nothing: the firmware does not know it',
  },
  'efi.outside': {
    severity: 'note',
    meaning: 'bytes near variables that belong to no store',
    action: 'nothing: other parts of the firmware',
  },
  'efi.name': {
    severity: 'note',
    meaning: 'a variable under the GUID of crash dumps whose name the kernel does not scan',
    action: 'nothing: its data are shown here',
  },
  'efi.empty': {
    severity: 'note',
    meaning: 'the variable of a dump has no data',
    action: 'nothing',
  },
  'efi.oversize': {
    severity: 'note',
    meaning:
      'the variable is larger than the buffer of the kernel: since 6.0 it is not read, up to 5.19 only its beginning is',
    action: 'nothing: all of it is shown here; since 6.2 efi_pstore.record_size enlarges the buffer',
  },
  'efi.list-ends': {
    severity: 'note',
    meaning: 'the kernel ends its list at a variable that it cannot read: it shows nothing behind it',
    action: 'nothing: the records behind it are shown here',
  },
  'efi.duplicate': {
    severity: 'note',
    meaning: 'an earlier variable has the same type and id: the kernel drops this one',
    action: 'nothing: both are shown here',
  },
  'erst.store': {
    severity: 'note',
    meaning: 'the file of an ERST device of QEMU: its slots, and how many of them hold what',
    action: 'nothing: cleared records stay until their slot is written again',
  },
  'erst.store-header': {
    severity: 'damage',
    meaning: 'the header of the store does not fit the store',
    action: 'nothing: the slots were read as they stand',
  },
  'erst.header': {
    severity: 'damage',
    meaning: 'fields of a record’s header are not what every record has; their names',
    action: 'mistrust the id and the time of this record',
  },
  'erst.guid': {
    severity: 'damage',
    meaning:
      'a GUID of the record is not the one that it resembles, so that the kernel takes the record for another one',
    action: 'nothing: it is read as what it resembles',
  },
  'erst.size': {
    severity: 'damage',
    meaning: 'the lengths of the record and of its section contradict each other or do not fit',
    action: 'mistrust the end of this record',
  },
  'erst.map': {
    severity: 'damage',
    meaning: 'the map names another record than the slot holds; the kernel shows it under the id of the map',
    action: 'mistrust the id of this record',
  },
  'erst.foreign': {
    severity: 'note',
    meaning: 'a record of the firmware or of another system, which no kernel shows: severity, notification, sections',
    action: 'nothing: the payload is the whole record, for tools that know hardware errors',
  },
  'erst.section': {
    severity: 'note',
    meaning: 'a record of pstore with a section of another type: the kernel shows it as unknown',
    action: 'nothing',
  },
  'erst.unmarked': {
    severity: 'damage',
    meaning: 'the section type does not say that the dump is compressed: the kernel shows the stored bytes',
    action: 'nothing: the text is shown here',
  },
  'erst.carved': {
    severity: 'note',
    meaning: 'a record that stands in no slot, found by its header: whether the firmware still gives it nothing tells',
    action: 'nothing',
  },
  'erst.headless': {
    severity: 'damage',
    meaning: 'a section of pstore whose record has lost its header, found by its type',
    action: 'nothing: id and time are not known',
  },
  'erst.damaged': {
    severity: 'damage',
    meaning: 'a slot that is not blank and holds no record',
    action: 'look at the range',
  },
  'erst.list-ends': {
    severity: 'note',
    meaning: 'the kernel ends its list at a record that it cannot read: it shows nothing behind it',
    action: 'nothing: the records behind it are shown here',
  },
  'erst.duplicate': {
    severity: 'note',
    meaning: 'an earlier record has the same id: the kernel never comes to this one',
    action: 'nothing: both are shown here',
  },
  'mtdoops.region': {
    severity: 'note',
    meaning:
      'a partition of mtdoops, in the words of its driver; no kernel reads it, so that none of its records is a file',
    action: 'nothing: the records are shown here, the oldest first',
  },
  'mtdoops.erased': { severity: 'note', meaning: 'pages of the partition that hold no record', action: 'nothing' },
  'mtdoops.header': {
    severity: 'damage',
    meaning: 'a page of the partition holds a log and no legible header',
    action: 'nothing: the log is shown here, in the order of the pages',
  },
  'mtdoops.overwritten': {
    severity: 'note',
    meaning: 'the end of an earlier dump that a shorter one in the same buffer did not cover',
    action: 'nothing: what was before it is lost',
  },
  'nvram.partition': {
    severity: 'note',
    meaning: 'a partition of the NVRAM: its signature, its name and the bytes of its data',
    action: 'nothing',
  },
  'nvram.damaged': {
    severity: 'damage',
    meaning: 'no partition begins where one should: the kernel finds nothing from here on',
    action: 'nothing: partitions behind it were found by their names',
  },
  'nvram.unreached': {
    severity: 'note',
    meaning: 'the kernel does not come to this partition: it stands behind damage',
    action: 'nothing: it is shown here',
  },
  'nvram.list-ends': {
    severity: 'note',
    meaning: 'the kernel ends its list at a partition that is empty or not there: it shows nothing behind it',
    action: 'nothing: the records behind it are shown here',
  },
  'nvram.size': {
    severity: 'damage',
    meaning: 'a report or a partition claims more bytes than there are; it was read as far as they go',
    action: 'copy the medium again if it was cut short; mistrust the end of this record',
  },
  'nvram.slack': {
    severity: 'note',
    meaning: 'bytes behind a report: the end of a longer one that was there before',
    action: 'nothing: where it is text it is a record of its own',
  },
  'nvram.carved': {
    severity: 'note',
    meaning: 'a report in bytes that no partition of its own claims any more, found by its header',
    action: 'nothing: no kernel looks there',
  },
  'blk.layout': {
    severity: 'note',
    meaning: 'where the zones of a pstore_blk device were found, in the words of its driver as far as they tell',
    action: 'paste the sizes behind --blk to name them next time',
  },
  'blk.partition': {
    severity: 'note',
    meaning: 'the partition in which the zones stand, as the table at the start of the medium names it',
    action: 'nothing: blkdev= of pstore_blk takes its PARTUUID',
  },
  'blk.spare': {
    severity: 'note',
    meaning: 'flash that was copied with its spare areas: the dumps make sense without them, so they were left out',
    action: 'nothing; copy without them (nanddump without --oob) to have plain places',
  },
  'blk.counter': {
    severity: 'note',
    meaning: 'why the kernel dumped its log, and how many dumps for that reason this medium has seen',
    action: 'nothing: the count goes on over boots; it is 0 for reasons that are not counted',
  },
  'blk.magic': {
    severity: 'damage',
    meaning: 'a zone of a dump without the header of one: the kernel drops it; its bytes are shown as they stand',
    action: 'look at the range',
  },
  'blk.field': {
    severity: 'damage',
    meaning: 'the header of a dump holds a value that no kernel writes',
    action: 'mistrust its time, reason and counter',
  },
  'blk.stray': {
    severity: 'note',
    meaning: 'a dump between the places where zones begin: no kernel with this layout looks there',
    action: 'name the sizes with --blk if you know them; it may be of another layout',
  },
  'blk.older': {
    severity: 'note',
    meaning: 'bytes behind the valid ones of a zone: left over from an earlier boot or dump',
    action: 'nothing: what was before them was written over',
  },
  'blk.order': {
    severity: 'note',
    meaning: 'a ring that had wrapped before it was erased: erasing writes over the place where it begins',
    action: 'check the order of its lines; no byte of it is missing',
  },
  'blk.duplicate': {
    severity: 'lost',
    meaning: 'a copy of an earlier dump: mtdpstore writes the first of a block over the others when it is unloaded',
    action: 'nothing: the dump that was here is lost',
  },
  'blk.list-ends': {
    severity: 'note',
    meaning: 'the kernel ends its list at a dump that is shorter than its own header: it shows nothing behind it',
    action: 'nothing: the records behind it are shown here',
  },
  'blk.recovery-ends': {
    severity: 'note',
    meaning: 'the kernel stops recovering rings at one whose start is behind its valid bytes',
    action: 'nothing: the rings behind it are shown here',
  },
  'pmsg.logger': {
    severity: 'note',
    meaning: 'pmsg holds log entries of Android: how many, and how many bytes belong to none',
    action: 'nothing: a ring that has wrapped begins in the middle of an entry',
  },
  'ftrace.remainder': {
    severity: 'note',
    meaning: 'the ring begins inside a trace record that was overwritten; its rest is left out',
    action: 'nothing',
  },
  'ftrace.guessed': {
    severity: 'note',
    meaning: 'the layout of the trace records was chosen without evidence in the bytes',
    action: 'check that the addresses look like kernel addresses',
  },
  'medium.unreadable': {
    severity: 'lost',
    meaning: 'the device gave an error for this range; its place is filled with zeros',
    action: 'make an image with ddrescue and decode that',
  },
  'medium.short': {
    severity: 'lost',
    meaning: 'the medium ended earlier than its size said',
    action: 'copy the medium again; it may be in use',
  },
  'container.inside': {
    severity: 'note',
    meaning: 'the medium is a container; every place that is named is one of what it holds',
    action: 'nothing',
  },
  'container.header': {
    severity: 'damage',
    meaning: 'the header of a container is damaged; the medium was searched as it stands',
    action: 'make a new copy of the container, or convert it where it still opens',
  },
  'container.refused': {
    severity: 'lost',
    meaning: 'a container of a kind that is not read; the medium was searched as it stands',
    action: 'convert it to a raw image first',
  },
  'container.doubtful': {
    severity: 'damage',
    meaning: 'the container contradicts itself or says that it is damaged; it was read all the same',
    action: 'repair a copy with the tool that made it, and compare',
  },
  'container.lost': {
    severity: 'lost',
    meaning: 'a part of the container is damaged or not there; its place is filled with zeros',
    action: 'make a new copy of the container; it may be cut',
  },
  'container.backing': {
    severity: 'lost',
    meaning: 'a container that holds changes only: the rest is in another file; its place is filled with zeros',
    action: 'convert it where the other file is: qemu-img convert -O raw',
  },
  'container.checksum': {
    severity: 'damage',
    meaning: 'a part of the container does not fit its checksum; its bytes are given as they stand',
    action: 'make a new copy of the container; mistrust what stands in this range',
  },
  'container.excluded': {
    severity: 'note',
    meaning: 'pages that were left out when the dump was made; their places are holes',
    action: 'nothing: where reserved memory is among them, dump with a lower level: makedumpfile -d 1',
  },
  'container.parts': {
    severity: 'note',
    meaning: 'a medium that comes in several files, joined in the order of their names',
    action: 'nothing; where parts are missing, put them beside the first',
  },
  'container.snapshots': {
    severity: 'note',
    meaning: 'older states are in the container too; they were not read',
    action: 'convert each of them: qemu-img convert -l snapshot.name=NAME -O raw',
  },
  'file.empty': {
    severity: 'note',
    meaning: 'a file that is named like a record or a variable has no bytes: never committed, or not copied',
    action: 'copy it again if the original is still there',
  },
  'bytes.short': {
    severity: 'lost',
    meaning: 'a structure reaches behind the end of the bytes',
    action: 'copy the medium again, whole',
  },
  'bytes.claim': {
    severity: 'damage',
    meaning: 'a size or offset claims more than there is',
    action: 'look at the range',
  },
  'limit.steps': {
    severity: 'lost',
    meaning: 'the work allowed for one input is used up; the rest was not read',
    action: 'name the region with --ramoops',
  },
  'limit.output': {
    severity: 'lost',
    meaning: 'the output allowed for one input is used up; the rest was not read',
    action: 'name the region with --ramoops',
  },
  'limit.records': {
    severity: 'lost',
    meaning: 'the records allowed for one input are used up; the rest was not read',
    action: 'name the region with --ramoops',
  },
  'limit.hits': {
    severity: 'lost',
    meaning: 'more signatures than are kept for one input; those behind this place were not looked at',
    action: 'name the region with --ramoops, or cut the medium in pieces',
  },
  'limit.layouts': {
    severity: 'lost',
    meaning: 'more signatures than a real region has suggest more layouts than are tried; some may have been missed',
    action: 'name the layout with --ramoops',
  },
  'limit.files': {
    severity: 'lost',
    meaning: 'a folder holds more files than are looked at, or more folders below each other; the rest was not read',
    action: 'name the folder that the records stand in',
  },
  'limit.area': {
    severity: 'lost',
    meaning: 'an area is larger than is read at once; its end was not read',
    action: 'name the region with --ramoops',
  },
  'limit.container': {
    severity: 'lost',
    meaning: 'a container claims more than its medium can hold, or is in too many others; the rest was not searched',
    action: 'unpack or convert it first',
  },
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof findingKinds;

export interface Finding {
  readonly code: FindingCode;
  /** Where on the root medium; null when it concerns the whole. */
  readonly at: ByteRange | null;
  /** Figures and names of our own, never text from the medium. */
  readonly detail?: string;
}

/** Told while the walk goes on. */
export type Report = (finding: Finding) => void;

export function severityOf(code: FindingCode): Severity {
  return findingKinds[code].severity;
}
