// What can go wrong between the page and Hearth:
//
//   ApiError          Hearth answered, and said no: asking again would get the same answer
//   ConnectionError   no answer: Hearth or the network is away; asking again later is right
//     LineCut         a line that carried events broke, or could not be opened

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

export class ConnectionError extends Error {
  constructor(message = 'no connection', options) {
    super(message, options);
    this.name = 'ConnectionError';
  }
}

export class LineCut extends ConnectionError {
  // heard: whether anything came over the line before it broke.
  // ours: the page itself cut the line, because it was silent for long or the network changed.
  constructor({ heard = false, ours = false } = {}) {
    super('the line was cut');
    this.name = 'LineCut';
    this.heard = heard;
    this.ours = ours;
  }
}
