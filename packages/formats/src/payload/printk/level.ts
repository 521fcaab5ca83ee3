/** In the order of their numbers, 0 the worst; names as in dmesg(1). */
export const printkLevels = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'] as const;

export type PrintkLevel = (typeof printkLevels)[number];

/** In the order of their numbers (syslog(3)); a priority is facility * 8 + level. Names as in dmesg(1). */
export const printkFacilities = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'res0',
  'res1',
  'res2',
  'res3',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

const alsoKnownAs: Readonly<Record<string, PrintkLevel>> = { panic: 'emerg', error: 'err', warning: 'warn' };

/**
 * Level numbers of a list as dmesg(1) takes it: `err,warn`; `err+` is err and all that is worse, `+err` err and all that
 * is less.
 * @throws RangeError for a name that is none
 */
export function parsePrintkLevels(list: string): ReadonlySet<number> {
  const levels = new Set<number>();
  for (const item of list.split(',')) {
    const name = item.trim().replace(/^\+|\+$/g, '');
    const level = printkLevels.indexOf(alsoKnownAs[name] ?? (name as PrintkLevel));
    if (level < 0) throw new RangeError(`no log level: ${JSON.stringify(item)}, known are ${printkLevels.join(', ')}`);
    const first = item.trim().endsWith('+') ? 0 : level;
    const last = item.trim().startsWith('+') ? printkLevels.length - 1 : level;
    for (let each = first; each <= last; each++) levels.add(each);
  }
  return levels;
}

/**
 * Facility numbers of a list such as `kern,daemon`.
 * @throws RangeError for a name that is none
 */
export function parsePrintkFacilities(list: string): ReadonlySet<number> {
  return new Set(
    list.split(',').map((item) => {
      const facility = (printkFacilities as readonly string[]).indexOf(item.trim());
      if (facility >= 0) return facility;
      throw new RangeError(`no log facility: ${JSON.stringify(item)}, known are ${printkFacilities.join(', ')}`);
    }),
  );
}
