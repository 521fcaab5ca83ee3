/**
 * Stands in the bundle where commander asks for `node:child_process`: commands here are functions, none is a program
 * of its own. (It also costs a tenth of the start. What asks the system about the holes of a file loads it when it must.)
 */
export function spawn(): never {
  throw new Error('no command is a program of its own');
}
