// Why an access token is not believed.

export type RefusedCode =
  | 'malformed'
  | 'kind'
  | 'unknown_key'
  | 'algorithm'
  | 'signature'
  | 'claims'
  | 'issuer'
  | 'audience'
  | 'expired'
  | 'issued_ahead'

/** The text is no access token for you: answer 401. */
export class Refused extends Error {
  override name = 'Refused'

  constructor(
    readonly code: RefusedCode,
    detail: string,
  ) {
    super(`the access token is refused: ${detail}`)
  }
}
