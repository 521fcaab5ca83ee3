/**
 * Whether two bytes are a capital and a small letter, as dumps begin. `traces` asks at every byte of a medium: bytes are
 * taken by their index, as taking a list apart costs ten times as much.
 */
export function beginsWord(first = 0, second = 0): boolean {
  return first >= 0x41 && first <= 0x5a && second >= 0x61 && second <= 0x7a;
}
