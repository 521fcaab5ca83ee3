/** Where the text of a page stands, as offsets in the page. */
export interface PageText {
  readonly start: number;
  readonly end: number;
  /** What is left of a longer dump that was in the same buffer before. */
  readonly tail: { readonly start: number; readonly end: number } | null;
  /** False when neither a NUL nor erased flash ends the text. */
  readonly isEnded: boolean;
}

/**
 * The text behind the header of a page. Since 5.10 one NUL ends it, behind the last line feed; erased flash (0xff)
 * follows, or the end of an earlier dump when two came before the writer ran. A NUL at any other place is damage
 * and stays in the text.
 */
export function pageText(page: Uint8Array, start: number): PageText {
  let end = page.length;
  while (end > start && page[end - 1] === 0xff) end -= 1;
  const isErased = end < page.length;
  const seam = seamIn(page, start, end);
  if (seam !== null && seam + 1 < end) {
    return { start, end: seam, tail: { start: seam + 1, end: withoutNul(page, seam + 1, end) }, isEnded: true };
  }
  const textEnd = withoutNul(page, start, end);
  return { start, end: textEnd, tail: null, isEnded: isErased || textEnd < end };
}

/** The first NUL that stands alone behind a line feed or at the start. */
function seamIn(page: Uint8Array, start: number, end: number): number | null {
  for (let at = page.indexOf(0, start); at !== -1 && at < end; at = page.indexOf(0, at + 1)) {
    const endsLine = at === start || page[at - 1] === 0x0a;
    if (endsLine && page[at + 1] !== 0) return at;
  }
  return null;
}

function withoutNul(page: Uint8Array, start: number, end: number): number {
  return end > start && page[end - 1] === 0 ? end - 1 : end;
}
