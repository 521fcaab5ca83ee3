import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Finding, Hints, KernelFile, PstoreRecord } from '@pstore-decode/formats';
import { parseRamoopsParameters } from '@pstore-decode/formats/ramoops';
import { fromBytes, salvage } from '@pstore-decode/media';

const root = new URL('../test-vectors/ramoops/', import.meta.url);

/** A file as a kernel showed it; only dumps have an mtime of their own. */
interface ExpectedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly mtime: number;
}

export interface Case {
  readonly name: string;
  readonly medium: Uint8Array;
  readonly parameters: string;
  readonly kernel: string;
  readonly files: readonly ExpectedFile[];
  /** The bytes of a file as the kernel showed it. */
  content(name: string): Uint8Array;
}

/** Every case that is one medium and the files of the kernel that wrote it. */
export function cases(): Case[] {
  return readdirSync(root)
    .filter((name) => existsSync(new URL(`${name}/ramoops.bin`, root)))
    .map((name) => {
      const expected = JSON.parse(readFileSync(new URL(`${name}/expected.json`, root), 'utf8'));
      return {
        name,
        medium: read(`${name}/ramoops.bin`),
        parameters: driverWords(expected.parameters),
        kernel: expected.kernel,
        files: expected.files,
        content: (file) => read(`${name}/kernel/${file}`),
      };
    });
}

/** One medium of a damaged corpus, and what kernel 7.2 showed of it. */
export interface DamagedCase extends Case {
  readonly damage: readonly string[];
}

export function damagedCases(corpus: string): DamagedCase[] {
  const document = JSON.parse(readFileSync(new URL(`${corpus}/cases.json`, root), 'utf8'));
  const base = read(`${corpus}/${document.base}`);
  const shown = untar(gunzipSync(read(`${corpus}/kernel-files.tar.gz`)));
  return document.cases.map(
    (found: { patches: [number, string][]; damage: string[]; files: ExpectedFile[] }, i: number) => {
      const medium = base.slice();
      for (const [at, hex] of found.patches) medium.set(Buffer.from(hex, 'hex'), at);
      return {
        name: `${corpus} ${i}`,
        medium,
        parameters: document.parameters,
        kernel: document.kernel,
        damage: found.damage,
        files: found.files,
        content: (file: string) => shown.get(`${i.toString().padStart(3, '0')}/${file}`),
      };
    },
  );
}

export interface Salvaged {
  readonly records: PstoreRecord[];
  readonly findings: Finding[];
  /** What the kernel would show, in its order. */
  readonly files: KernelFile[];
}

export async function salvageAll(medium: Uint8Array, hints: Hints = {}): Promise<Salvaged> {
  const findings: Finding[] = [];
  const records: PstoreRecord[] = [];
  const report = (finding: Finding) => findings.push(finding);
  for await (const record of salvage(fromBytes(medium), report, { hints })) records.push(record);
  return {
    records,
    findings,
    files: records.flatMap((record) => (record.state === 'live' ? (record.file ?? []) : [])),
  };
}

export function hintsOf(parameters: string): Hints {
  return { ramoops: parseRamoopsParameters(parameters) };
}

/**
 * The columns of an ftrace file that are facts; the names come from the symbols of the kernel that read it. A copy made
 * by its st_size is cut: whole lines are compared.
 */
export function numericColumns(text: Uint8Array): string[] {
  const lines = Buffer.from(text).toString('latin1').split('\n').slice(0, -1);
  return lines.map((line) => line.split('  ').slice(0, 2).join('  '));
}

function read(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, root)));
}

/** The words of the driver among module lists and other parameters of the kernel command line. */
function driverWords(parameters: string): string {
  return parameters.replace(/^.*ramoops:/, '').replace(/pstore\.\S+/g, '');
}

function untar(tar: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const field = (at: number, length: number) =>
    Buffer.from(tar.subarray(at, at + length))
      .toString('latin1')
      .replace(/\0.*$/s, '');
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(field(at + 124, 12), 8);
    files.set(field(at, 100).replace(/^\.\//, ''), tar.slice(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
