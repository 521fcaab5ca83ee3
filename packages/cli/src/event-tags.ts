import { readFileSync } from 'node:fs';
import { type EventTagMap, parseEventTags } from '@pstore-decode/formats/payload';
import { CliError, detailOfSystemError, isSystemError } from './errors.js';

const howTo = 'give the /system/etc/event-log-tags of the device: number, name and format of an event on each line';

/** @throws CliError when the file cannot be read, and naming the first line that is no line of such a map */
export function readEventTags(path: string): EventTagMap {
  return parseEventTags(textOf(path), (line) => {
    throw new CliError(`--event-tags ${path}`, `line ${line} has no number and name of an event`, howTo);
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new CliError(`--event-tags ${path}`, detailOfSystemError(error), howTo);
  }
}
