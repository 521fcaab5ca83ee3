export { readCperSection } from './cper.js';
export { readMachineCheck } from './machine-check.js';
export { machineCheck } from './machine-check-layout.js';
export { type SectionField, type SectionReading, sectionText } from './reading.js';
export { readRtasLog } from './rtas.js';
