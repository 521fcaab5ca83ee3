import { asciiJson } from '@pstore-decode/formats/bytes';
import type { LogSummary } from '@pstore-decode/formats/payload';
import { sha256 } from './digest.js';
import type { FoundRecord, InputReport } from './inputs.js';
import { type NameFrame, noNames } from './present/crash-facts.js';
import { crashJson } from './present/crash-json.js';
import { type ExtractedJson, findingJson, recordJson } from './present/record-json.js';
import { sameBootJson } from './present/same-boot.js';
import { layoutsOf } from './summary.js';

/** Where the pieces of a document go. */
export interface TextSink {
  write(chunk: string): void;
}

/** A run as JSON, written piece by piece: no text of the whole is ever in memory. */
export interface JsonWriter {
  record(found: FoundRecord, extracted?: readonly ExtractedJson[]): void;
  /** Closes the document; nothing may follow. */
  end(reports: readonly InputReport[]): void;
}

/**
 * One document, `schema/report-1.json`: valid JSON also when the run is cut by Ctrl-C.
 * @param namesFor what symbols say of the frames of a log
 */
export function reportWriter(out: TextSink, namesFor?: NamesFor): JsonWriter {
  let records = 0;
  const open = '{"schema":"pstore-decode/report/1","records":[';
  return {
    record(found, extracted) {
      out.write(`${records === 0 ? open : ','}\n${asciiJson(recordJson(found, sha256, extracted))}`);
      records += 1;
    },
    end(reports) {
      const inputs = asciiJson(reports.map((report) => inputJson(report, namesFor)));
      const relations = sameBootJson(reports);
      const boots = relations.length === 0 ? '' : `"sameBoot":${asciiJson(relations)},\n`;
      out.write(`${records === 0 ? open : '\n'}],\n"inputs":${inputs},\n${boots}"complete":${isComplete(reports)}}\n`);
    },
  };
}

/** A record a line as it is found, then `schema/end-1.json`: without that line the run was cut. */
export function linesWriter(out: TextSink, namesFor?: NamesFor): JsonWriter {
  let records = 0;
  return {
    record(found, extracted) {
      out.write(`${asciiJson(recordJson(found, sha256, extracted))}\n`);
      records += 1;
    },
    end(reports) {
      const complete = isComplete(reports);
      const relations = sameBootJson(reports);
      const boots = relations.length > 0 && { sameBoot: relations };
      const inputs = reports.map((report) => inputJson(report, namesFor));
      out.write(`${asciiJson({ schema: 'pstore-decode/end/1', records, complete, inputs, ...boots })}\n`);
    },
  };
}

type NamesFor = (summary: LogSummary) => NameFrame;

/** Every input was read to its end. */
function isComplete(reports: readonly InputReport[]): boolean {
  return reports.every((report) => report.failure === null && !report.interrupted);
}

function inputJson(report: InputReport, namesFor: NamesFor = () => noNames): object {
  const { failure } = report;
  const layouts = layoutsOf(report);
  const consoles = report.records.filter(({ record }) => record.type === 'console');
  return {
    input: report.input,
    ...(report.size !== null && { size: report.size }),
    records: report.recordCount,
    ...(layouts.length > 0 && { layouts }),
    ...(report.crashes.length > 0 && {
      crashes: report.crashes.map((crash) => crashJson(crash, report.records, namesFor)),
    }),
    ...(consoles.length > 0 && {
      consoles: consoles.map((found) => crashJson({ parts: [found], missing: [] }, report.records, namesFor)),
    }),
    findings: report.findings.map(findingJson),
    ...(report.appearance?.seen != null && { seen: report.appearance.seen }),
    ...(failure !== null && {
      error: { detail: failure.detail, ...(failure.hint !== null && { hint: failure.hint }) },
    }),
  };
}
