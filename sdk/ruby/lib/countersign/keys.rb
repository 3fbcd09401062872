# frozen_string_literal: true

require "net/http"

module Countersign
  # The published keys of a server. One fetch serves every thread that waits for it.
  class Keys
    FRESH = 300 # seconds; then they are fetched again, as the server's max-age says
    STALE = 3_600 # so long they are believed while the server cannot be reached
    RETRY = 10 # between two fetches, whatever unknown kid comes
    LONGEST = 65_536 # bytes of a JWK Set
    # How a fetch fails.
    NETWORK = [
      SystemCallError, SocketError, IOError, Timeout::Error, OpenSSL::SSL::SSLError, Net::ProtocolError, Net::HTTPBadResponse
    ].freeze
    private_constant :NETWORK

    def initialize(url, clock)
      @uri = URI(url)
      @clock = clock
      @lock = Mutex.new
      @keys = {}
      @fetched = @tried = -Float::INFINITY
      @fault = nil
    end

    # The key that is called kid. Fetches the keys if they are old or kid is unknown.
    def find(kid)
      fresh(kid) || @lock.synchronize do
        refresh if !fresh(kid) && now - @tried >= RETRY
        settled(kid)
      end
    end

    private

    # Reading without the lock: a set is replaced as a whole, never changed.
    def fresh(kid)
      @keys[kid] if now - @fetched < FRESH
    end

    def settled(kid)
      key = @keys[kid]
      return key if key && now - @fetched < STALE
      raise KeysUnavailable, "the server's keys cannot be had from #{@uri}: #{@fault}" if @fault

      raise Refused.new(:unknown_key, "kid is no key of this server")
    end

    def refresh
      @tried = now
      @keys = Jwks.read(fetch)
      @fetched = now
      @fault = nil
    rescue KeysUnavailable, *NETWORK => e
      @fault = e.message
    end

    # Follows no redirect: keys come from the server that was named, or not at all.
    def fetch
      options = { use_ssl: @uri.scheme == "https", open_timeout: 5, read_timeout: 5, write_timeout: 5 }
      Net::HTTP.start(@uri.hostname, @uri.port, **options) do |http|
        http.request_get(@uri.path, "accept" => "application/json") do |response|
          raise KeysUnavailable, "it answered #{response.code}" unless response.is_a?(Net::HTTPOK)

          return limited(response)
        end
      end
    end

    def limited(response)
      body = +""
      response.read_body do |part|
        body << part
        raise KeysUnavailable, "it answered more than #{LONGEST} bytes" if body.bytesize > LONGEST
      end
      body
    end

    def now
      @clock.now.to_f
    end
  end
  private_constant :Keys

  # A public key and its one algorithm, whatever a token says.
  PublicKey = Struct.new(:algorithm, :key) do
    # Takes the older name EdDSA for Ed25519.
    def answers_to?(name)
      name == algorithm || (algorithm == "Ed25519" && name == "EdDSA")
    end

    def verifies?(message, signature)
      case algorithm
      when "RS256" then key.verify("SHA256", signature, message)
      when "ES256" then signature.bytesize == 64 && key.verify("SHA256", Jws.der_ecdsa(signature), message)
      else key.verify(nil, signature, message)
      end
    rescue OpenSSL::PKey::PKeyError
      false
    end
  end
  private_constant :PublicKey

  # Reads a JWK Set. Keys of kinds that this library does not know are passed over.
  module Jwks
    module_function

    def read(text)
      keys = list(text).filter_map { |jwk| (key = public_key(jwk)) && [jwk["kid"], key] }
      raise KeysUnavailable, "it has no key of RS256, ES256 or Ed25519" if keys.empty?
      raise KeysUnavailable, "two of its keys have the same kid" if keys.map(&:first).uniq.size < keys.size

      keys.to_h
    end

    def list(text)
      set = JSON.parse(text)
      keys = set["keys"] if set.is_a?(Hash)
      keys.is_a?(Array) ? keys.grep(Hash) : raise(KeysUnavailable, "it answered no JWK Set")
    rescue JSON::ParserError, EncodingError
      raise KeysUnavailable, "it answered no JWK Set"
    end

    def public_key(jwk)
      key = by_kind(jwk) or return
      named = jwk["kid"].is_a?(String) && !jwk["kid"].empty?
      key if named && [nil, "sig"].include?(jwk["use"]) && (jwk["alg"].nil? || key.answers_to?(jwk["alg"]))
    rescue OpenSSL::PKey::PKeyError, OpenSSL::ASN1::ASN1Error
      nil
    end

    def by_kind(jwk)
      case jwk.values_at("kty", "crv")
      when ["RSA", nil] then rs256(bytes(jwk["n"]), bytes(jwk["e"]))
      when %w[EC P-256] then es256(bytes(jwk["x"]), bytes(jwk["y"]))
      when %w[OKP Ed25519] then ed25519(bytes(jwk["x"]))
      end
    end

    def rs256(modulus, exponent)
      numbers = [modulus, exponent].map { |number| OpenSSL::BN.new(number, 2) }
      return unless numbers[0].num_bits.between?(2_048, 8_192) && numbers[1].num_bits.between?(2, 31)

      pkcs1 = OpenSSL::ASN1::Sequence(numbers.map { |number| OpenSSL::ASN1::Integer(number) }).to_der
      PublicKey.new("RS256", spki("rsaEncryption", OpenSSL::ASN1::Null(nil), pkcs1))
    end

    def es256(x, y)
      return unless [x, y].all? { |number| number.bytesize == 32 }

      curve = OpenSSL::ASN1::ObjectId("prime256v1")
      PublicKey.new("ES256", spki("id-ecPublicKey", curve, "\x04".b + x + y))
    end

    def ed25519(bytes)
      PublicKey.new("Ed25519", spki("ED25519", nil, bytes)) if bytes.bytesize == 32
    end

    # A key in the form that every version of OpenSSL reads, which also holds it against its curve.
    def spki(name, parameters, bits)
      algorithm = OpenSSL::ASN1::Sequence([OpenSSL::ASN1::ObjectId(name), parameters].compact)
      OpenSSL::PKey.read(OpenSSL::ASN1::Sequence([algorithm, OpenSSL::ASN1::BitString(bits)]).to_der)
    end

    # A misspelt number is empty, which no key has.
    def bytes(text)
      (text.is_a?(String) && Base64url.decode(text)) || ""
    end
  end
  private_constant :Jwks
end
