/** A request below /_control/, as the server hands it over after checking that it came from this machine. */
export interface ControlRequest {
  method: string;
  /** Path without the query, such as `/_control/instances`. */
  path: string;
  query: URLSearchParams;
  /** The raw body; empty when there is none. */
  body: string;
}

export interface ControlAnswer {
  status: number;
  /** JSON value to send; undefined sends no body. */
  body: unknown;
}

/** The server passes everything below /_control/ here instead of treating it as an AWS request. */
export type HandleControl = (request: ControlRequest) => Promise<ControlAnswer>;
