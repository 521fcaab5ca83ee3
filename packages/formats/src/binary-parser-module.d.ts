/**
 * What we use of `binary-parser`. Its package.json hides its own types from ESM under nodenext, and they would bring
 * those of Node. This file is not emitted: nothing that we emit may name a type of it.
 */
declare module 'binary-parser' {
  export class Parser {
    uint8(name: string): this;
    uint16le(name: string): this;
    uint16be(name: string): this;
    uint32le(name: string): this;
    uint32be(name: string): this;
    uint64le(name: string): this;
    uint64be(name: string): this;
    // biome-ignore lint/suspicious/noExplicitAny: as in the package's own types
    buffer(name: string, options: { length: number | ((item: any) => number); formatter?: (item: any) => any }): this;
    nest(name: string, options: { type: Parser }): this;
    // biome-ignore lint/suspicious/noExplicitAny: as in the package's own types
    parse(bytes: Uint8Array): any;
  }
}
