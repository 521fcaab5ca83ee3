import fc from 'fast-check';

/** The same inputs in every run; `FC_SEED=… npm test` takes others. A failure prints its own seed and path. */
fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20_261_121) });
