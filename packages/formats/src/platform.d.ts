/** All that this package takes from its host: what Node, browsers, workers, Deno and Bun have alike. */
declare global {
  class TextEncoder {
    encode(text: string): Uint8Array<ArrayBuffer>;
  }

  class TextDecoder {
    constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
    decode(bytes: Uint8Array): string;
  }

  function btoa(binary: string): string;
}

export {};
