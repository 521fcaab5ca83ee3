export { chromeTrace } from './chrome.js';
export { foldedPairs } from './folded.js';
export { perfettoTrace } from './perfetto.js';
