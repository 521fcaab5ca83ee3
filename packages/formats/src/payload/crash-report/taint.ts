/**
 * What the letters behind `Tainted:` say (Documentation/admin-guide/tainted-kernels). `G` is no taint: it stands where
 * `P` would.
 */
const meanings: Readonly<Record<string, string>> = {
  P: 'a proprietary module was loaded',
  F: 'a module was loaded by force',
  S: 'the hardware is out of specification',
  R: 'a module was unloaded by force',
  M: 'the processor reported a machine check',
  B: 'a bad page was found',
  U: 'user space asked for the taint',
  D: 'the kernel had died before',
  A: 'an ACPI table was overridden',
  W: 'the kernel had warned before',
  C: 'a staging driver was loaded',
  I: 'a severe firmware bug was worked around',
  O: 'a module from outside the tree was loaded',
  E: 'an unsigned module was loaded',
  L: 'a soft lockup had occurred before',
  K: 'the kernel was patched live',
  X: 'an auxiliary taint of the distribution',
  T: 'structures have a randomised layout',
  N: 'a test had run in the kernel',
  J: 'user space sent a mutating command to firmware',
};

export interface TaintFlag {
  readonly letter: string;
  readonly meaning: string;
}

/** Each letter with its meaning; a letter that is not known yet is `unknown`. */
export function taintFlags(letters: string): TaintFlag[] {
  return Array.from(letters.replace(/[ G]/g, ''), (letter) => {
    return { letter, meaning: Object.hasOwn(meanings, letter) ? meanings[letter]! : 'unknown' };
  });
}
