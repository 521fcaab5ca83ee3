/** `MM-DD HH:MM:SS` of a time since 1970, UTC: what `TZ=UTC logcat` prints. */
export function utcMonthToSecond(seconds: number): string {
  const { month, day } = monthAndDay(Math.floor(seconds / 86400));
  const ofDay = seconds % 86400;
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(two).join(':');
  return `${two(month)}-${two(day)} ${clock}`;
}

/** Counted from 1 March 1968, so that the leap day comes last; for the seconds of a u32, which end in 2106. */
function monthAndDay(days: number): { readonly month: number; readonly day: number } {
  const sinceMarch = (days + 671 + (days < firstOfMarch2100 ? 0 : 1)) % 1461;
  const ofYear = sinceMarch === 1460 ? 365 : sinceMarch % 365;
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  return { month: ((fromMarch + 2) % 12) + 1, day: ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

/** 2100 has no leap day. */
const firstOfMarch2100 = 47541;

function two(value: number): string {
  return String(value).padStart(2, '0');
}
