/** What a decompressor made of its input. */
export interface Decompressed {
  /** Everything decoded before it ended or stopped; memory of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True when the stream ended by its own rules and every check it carries holds. */
  readonly complete: boolean;
  /** Input bytes taken in. When complete: up to the end of the stream, what follows is not part of it. */
  readonly used: number;
  /** Why it stopped before the end, in fixed words that hold nothing of the input. Absent when complete. */
  readonly reason?: string;
  /** Input offset where it stopped. Absent when complete. */
  readonly at?: number;
  /**
   * Of a block that is cut or broken, where the format keeps them apart (zstd): literals that are not in `bytes`, in
   * their order. They are what the text does not repeat of itself, with the repeats missing between them: pieces of it to
   * read, never a part of it. At most 128 KiB, beyond `maxOutput`; memory of its own. Absent when there are none.
   */
  readonly literals?: Uint8Array<ArrayBuffer>;
}

/** One compression algorithm of the kernel, for reading. */
export interface Compressor {
  /** The kernel's name for it, as in `pstore.compress=`. */
  readonly name: string;
  /** Whether the bytes show traces of it, at a glance: it is asked first then. Never a proof, and never needed. */
  traces(stream: Uint8Array): boolean;
  /**
   * Takes any bytes at all: damage ends the stream early and is no exception. Gives at most `maxOutput` bytes; a
   * stream that holds more is not complete.
   * @throws RangeError when `maxOutput` is no whole number of bytes
   */
  decompress(input: Uint8Array, options: { readonly maxOutput: number }): Decompressed;
}
