export {
  asciiJson,
  forCsv,
  forFileName,
  forHtml,
  forJson,
  forMessage,
  forTerminal,
  type HostileText,
  hostile,
  type JsonText,
} from './hostile.js';
export { bound, defaultLimits, FormatError, type Fuel, fuel, type Limits, need } from './need.js';
export { type ByteRange, gaps, hull } from './range.js';
export {
  bytes,
  type Endian,
  type Field,
  type PlacedField,
  type Struct,
  struct,
  u8,
  u16,
  u32,
  u64,
} from './struct.js';
export {
  concat,
  derive,
  extent,
  fill,
  nothing,
  type Origin,
  patch,
  type Span,
  slice,
  type TracedBytes,
  trace,
} from './traced.js';
