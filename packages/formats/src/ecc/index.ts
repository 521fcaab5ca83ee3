export {
  type Corrected,
  type ReedSolomon,
  type ReedSolomonParameters,
  reedSolomon,
  type Uncorrectable,
} from './reed-solomon.js';
