export {
  type DerivedClock,
  deriveClock,
  formatLineTime,
  type LineTimeFormat,
  lineTimeFormats,
  sinceBoot,
} from './clock.js';
export {
  type PrintkLevel,
  parsePrintkFacilities,
  parsePrintkLevels,
  printkFacilities,
  printkLevels,
} from './level.js';
export { type PrintkLine, printkLines } from './line.js';
export { type LineSelection, longestMatchedLine, selectLines } from './select.js';
