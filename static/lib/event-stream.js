// Splits `text/event-stream` into events, as the HTML standard has it. Knows no network: bytes in, events out,
// cut anywhere. Comments and blocks without data give nothing.
export class EventStreamParser {
  // TextDecoder keeps half a character for the next piece, and drops a byte order mark at the start.
  #decoder = new TextDecoder();
  #rest = '';
  #afterCarriageReturn = false;
  #id = '';
  #type = '';
  #data = [];

  feed(bytes) {
    return this.#lines(this.#decoder.decode(bytes, { stream: true })).flatMap((line) => this.#line(line));
  }

  // A line ends with LF, CR or CR LF; a CR at the very end of a piece may be the first half of a CR LF.
  #lines(text) {
    if (!text) return [];
    const fresh = this.#afterCarriageReturn && text[0] === '\n' ? text.slice(1) : text;
    this.#afterCarriageReturn = text.endsWith('\r');
    const lines = fresh.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop();
    return lines;
  }

  #line(line) {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#type = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return [];
  }

  #dispatch() {
    const event = { id: this.#id, type: this.#type || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    return empty ? [] : [event];
  }
}
