# frozen_string_literal: true

require "json"
require "openssl"

module Countersign
  # base64url without padding, in its one spelling.
  module Base64url
    module_function

    def encode(bytes)
      [bytes].pack("m0").tr("+/", "-_").delete("=")
    end

    # The bytes, or nil.
    def decode(text)
      bytes = "#{text.tr("-_", "+/")}#{"=" * (-text.length % 4)}".unpack1("m0")
      bytes if encode(bytes) == text
    rescue ArgumentError
      nil
    end
  end
  private_constant :Base64url

  # The compact form of a signed token.
  module Jws
    # Characters that a server reads.
    LONGEST = 8_192

    module_function

    # The token over header and claims; the block signs.
    def compact(header, claims)
      signed = [header, claims].map { |part| Base64url.encode(JSON.generate(part)) }.join(".")
      "#{signed}.#{Base64url.encode(yield(signed))}"
    end

    def hs256(secret)
      ->(message) { OpenSSL::HMAC.digest("SHA256", secret, message) }
    end

    # ECDSA in the form of a JWS: two numbers of 32 bytes.
    def raw_ecdsa(der)
      OpenSSL::ASN1.decode(der).value.map { |number| number.value.to_s(2).rjust(32, "\0") }.join
    end

    def der_ecdsa(raw)
      numbers = raw.unpack("a32a32").map { |bytes| OpenSSL::ASN1::Integer(OpenSSL::BN.new(bytes, 2)) }
      OpenSSL::ASN1::Sequence(numbers).to_der
    end
  end
  private_constant :Jws
end
