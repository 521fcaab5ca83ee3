/**
 * Writes a realistic medium: the files of /usr, each from a page on, in a seeded random order, 40 % zero pages in runs of
 * 1 to 256, and a zone of ramoops every 41 MiB. What is in /usr is not the same everywhere: compare on one machine only.
 */
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const page = 4096;

/** Gives the offsets of the zones. */
export function writeMixedMedium(path, size) {
  const random = seeded(7);
  const files = shuffled(
    ['bin', 'lib', 'share', 'include', 'local'].flatMap((name) => filesBelow(`/usr/${name}`)),
    random,
  );
  const out = openSync(path, 'w');
  const zeros = Buffer.alloc(256 * page);
  const zone = zoneOfRamoops();
  const planted = [];
  let at = 0;
  let zeroBytes = 0;
  const write = (bytes) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(out, bytes, done);
    at += bytes.length;
  };
  for (let i = 0; at < size; i++) {
    const bytes = readFileSync(files[i % files.length]);
    write(bytes.subarray(0, size - at));
    write(zeros.subarray(0, Math.min(-at & (page - 1), size - at)));
    while (zeroBytes < 0.4 * at && at < size) {
      const pages = [1, 1, 1, 2, 3, 4, 8, 16, 64, 256][Math.floor(random() * 10)];
      const run = zeros.subarray(0, Math.min(pages * page, size - at));
      zeroBytes += run.length;
      write(run);
    }
    if (at < (37 + 41 * planted.length) * 2 ** 20 || at + zone.length > size) continue;
    planted.push(at);
    write(zone);
  }
  closeSync(out);
  return planted;
}

/** "DBGC", start and size, and kernel messages: a page. */
function zoneOfRamoops() {
  const line = '<6>[   12.345678] usb 1-1: new high-speed USB device number 2 using xhci_hcd\n';
  const zone = Buffer.alloc(page);
  zone.write('DBGC');
  zone.writeUInt32LE(page - 12, 4);
  zone.writeUInt32LE(page - 12, 8);
  zone.write(line.repeat(60).slice(0, page - 12), 12);
  return zone;
}

/** Regular files; links are not followed, they lead in circles. */
function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    if (!entry.isFile()) return [];
    const { size } = statSync(path);
    return size > 0 && size < 64 * 2 ** 20 ? [path] : [];
  });
}

function shuffled(list, random) {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** xorshift32. */
function seeded(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
