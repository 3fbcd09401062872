# frozen_string_literal: true

# Signs who your users are for a Countersign widget, and verifies the access tokens that a
# Countersign server issues. It uses Ruby's standard library only.
module Countersign
  # A value, a secret or an address that cannot be used; the message says why.
  class InvalidInput < ArgumentError; end

  # A text that is no access token for you: answer 401. `code` is one of :malformed, :kind,
  # :algorithm, :unknown_key, :signature, :issuer, :audience, :expired, :issued_ahead, :claims.
  class Refused < StandardError
    attr_reader :code

    def initialize(code, detail)
      @code = code
      super("the access token is refused: #{detail}")
    end
  end

  # The server's keys cannot be had: answer 503.
  class KeysUnavailable < StandardError; end
end

require_relative "countersign/values"
require_relative "countersign/jws"
require_relative "countersign/signer"
require_relative "countersign/vendors"
require_relative "countersign/keys"
require_relative "countersign/verifier"
