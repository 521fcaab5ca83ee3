/** The longest stretch of work without a break, in ms: Ctrl-C and a page stay alive. */
const stretch = 40;

/**
 * A function to await between pieces of work: where the last break is long ago it lets timers and signals in.
 * It throws the reason of `signal` when that is aborted.
 */
export function breather(signal?: AbortSignal): () => Promise<void> {
  let last = Date.now();
  return async () => {
    if (Date.now() - last >= stretch) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      last = Date.now();
    }
    signal?.throwIfAborted();
  };
}
