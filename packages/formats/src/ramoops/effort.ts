/** What inferring the layouts of one area may cost. A hostile medium suggests more ways to cut it than can be tried. */
export interface Effort {
  /** False once the steps are used up. */
  spend(steps: number): boolean;
  isSpent(): boolean;
}

/** Enough for any real region many times over, about a second of work. @param bytes of the area */
export function effortFor(bytes: number): Effort {
  let left = 1_000_000 + bytes / 64;
  return {
    spend(steps) {
      left -= steps;
      return left >= 0;
    },
    isSpent: () => left < 0,
  };
}
