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
    meaning: 'bytes of the area that belong to no zone',
    action: 'nothing: rounding leaves them; a long stretch can mean that the layout is not the writer’s',
  },
  'area.ambiguous': {
    severity: 'note',
    meaning: 'another layout explains the same bytes as well',
    action: 'name the layout with --ramoops if you know it',
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
  'compress.unknown': {
    severity: 'damage',
    meaning: 'the record is compressed and no decompressor of this version accepts it; it is kept as stored',
    action: 'extract the record and decompress it elsewhere',
  },
  'compress.broken': {
    severity: 'lost',
    meaning: 'the compressed stream is damaged or cut; the text up to that point is kept',
    action: 'mistrust the last line; the kernel shows the stored bytes as .enc.z',
  },
  'compress.suspect': {
    severity: 'damage',
    meaning:
      'the stream decompressed to its end but stems from a block that ECC could not correct; raw deflate has no checksum',
    action: 'mistrust the whole text of this record',
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
  'limit.area': {
    severity: 'lost',
    meaning: 'an area is larger than is read at once; its end was not read',
    action: 'name the region with --ramoops',
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
