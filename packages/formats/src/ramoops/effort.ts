/** What guessing may cost: a hostile medium suggests more than can be tried. */
export interface Effort {
  /** False once the steps are used up. */
  spend(steps: number): boolean;
  isSpent(): boolean;
}

/**
 * Of inferring the layouts of one area: enough for any real region many times over, and in an excerpt, where they can lie
 * close together, for several.
 * @param bytes of the area
 */
export function effortFor(bytes: number, isExcerpt: boolean): Effort {
  return effortOf((isExcerpt ? 3_000_000 : 1_000_000) + bytes / 8);
}

export function effortOf(steps: number): Effort {
  let left = steps;
  return {
    spend(steps) {
      left -= steps;
      return left >= 0;
    },
    isSpent: () => left < 0,
  };
}
