/**
 * Stands in the bundle where commander asks for `node:child_process`: commands here are functions, none is a program
 * of its own, so nothing is ever started. (It also costs a tenth of the start.)
 */
export function spawn(): never {
  throw new Error('this program starts no other');
}
