import {
  formatRamoopsParameters,
  parseRamoopsParameters,
  type RamoopsParameters,
  ramoopsParametersOfCmdline,
} from '@pstore-decode/formats/ramoops';
import { formatZoneParameters, parseZoneParameters } from '@pstore-decode/formats/zone';
import { promise, type Target, unless } from '../target.js';

const lines = [
  'record_size=0x8000,console_size=32K,ftrace_size=0,pmsg_size=16K,ecc=1,mem_address=0x6000000,mem_size=1M',
  'quiet ramoops.mem_address=100663296 ramoops.record_size=0100000 ramoops.ecc=16 ramoops.mem_type=2 root=/dev/sda1',
  'kmsg_size=64,pmsg_size=0x40,console_size=010;pstore_blk.ftrace_size=-1 kmsg_size=10',
  'ramoops.__proto__=1;ramoops.record_size=99999999999999999999G ecc=65',
];

/** Words of the command line are the caller's, but a command line can come from a medium too. */
export const parametersTarget: Target = {
  name: 'parameters',
  covers: ['ramoops/parseRamoopsParameters', 'ramoops/ramoopsParametersOfCmdline', 'zone/parseZoneParameters'],
  maxBytes: 512,
  slice: 2000,
  seeds: () => lines.map((text) => ({ bytes: new TextEncoder().encode(text) })),
  run(bytes) {
    const text = new TextDecoder('latin1').decode(bytes);
    for (const parse of [parseRamoopsParameters, ramoopsParametersOfCmdline]) {
      const parameters: RamoopsParameters | null = unless(RangeError, () => parse(text));
      if (parameters === null) continue;
      promise(
        Object.values(parameters).every((n) => Number.isSafeInteger(n) && n >= 0),
        'sizes are whole numbers',
      );
      promise((parameters.eccSize ?? 0) <= 64, 'ecc is bounded');
      const again = parseRamoopsParameters(formatRamoopsParameters(parameters));
      promise(
        JSON.stringify(sorted(again)) === JSON.stringify(sorted(parameters)),
        'what is printed can be pasted back',
      );
    }
    const sizes = unless(RangeError, () => parseZoneParameters(text));
    if (sizes === null) return;
    promise(
      Object.values(sizes).every((n) => Number.isSafeInteger(n) && n >= 0 && n <= 128 << 20),
      'zones are bounded',
    );
    const again = parseZoneParameters(formatZoneParameters(sizes));
    promise(JSON.stringify(sorted(again)) === JSON.stringify(sorted(sizes)), 'what is printed can be pasted back');
  },
};

function sorted(parameters: RamoopsParameters): [string, number][] {
  return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
}
