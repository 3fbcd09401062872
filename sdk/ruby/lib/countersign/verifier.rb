# frozen_string_literal: true

require "uri"
require "ipaddr"

module Countersign
  # Claims of an access token that was verified: `contact` (`sub`), `session` (`sid`), `tenant`
  # (`ws`), `id` (`jti`), `issued` and `expires` as Time, and `jkt`, the thumbprint of the browser
  # key that the session is bound to. Who presents a bound token must also present a DPoP proof
  # (RFC 9449) by that key.
  Claims = Struct.new(:contact, :session, :tenant, :id, :issued, :expires, :jkt, keyword_init: true)

  # Verifies the access tokens of one Countersign server, with its published keys. Threads may
  # share it; make one and keep it.
  #
  # It does not learn of revocation: a session that was ended stays believable until its token
  # expires, at most ten minutes. Ask the server where that is too long.
  class Verifier
    # Seconds that the server's clock may be ahead.
    SKEW = 60

    # @param server [String] the server's public URL (`serve --public-url`). The keys are fetched
    #   when the first token comes
    def initialize(server, clock: Time)
      @issuer = Verifier.read_server(server)
      @audience = "#{@issuer}/widget/v1"
      @clock = clock
      @keys = Keys.new("#{@issuer}/.well-known/jwks.json", clock)
    end

    # The claims of the token.
    # @raise [Refused] if it is none for you
    # @raise [KeysUnavailable] if the server's keys cannot be had
    def verify(token)
      header, claims, signature = split(token)
      key = @keys.find(header["kid"])
      raise Refused.new(:algorithm, "alg is not that of the key") unless key.answers_to?(header["alg"])
      raise Refused.new(:signature, "the signature does not fit") unless key.verifies?(token.rpartition(".").first, signature)

      read(object(claims) || raise(Refused.new(:claims, "the claims are no JSON object")))
    end

    # Brings a public URL into the form that the server's tokens have as `iss`.
    def self.read_server(server)
      uri = URI.parse(server)
      if [uri.userinfo, uri.query, uri.fragment].any? || !["", "/"].include?(uri.path) || uri.host.to_s.empty?
        raise InvalidInput, "#{server.inspect} must be scheme, host and port only"
      end
      unless uri.scheme == "https" || (uri.scheme == "http" && loopback?(uri.hostname))
        raise InvalidInput, "#{server.inspect} must begin with https://, or be on this machine"
      end

      server.delete_suffix("/")
    rescue URI::InvalidURIError
      raise InvalidInput, "#{server.inspect} is no URL of a server"
    end

    def self.loopback?(host)
      host == "localhost" || host.end_with?(".localhost") || IPAddr.new(host).loopback?
    rescue IPAddr::Error
      false
    end
    private_class_method :loopback?

    private

    # Reads the outer form strictly: three segments in the one spelling of base64url, and a header
    # of alg, kid and typ and nothing else.
    def split(token)
      raise malformed unless token.is_a?(String) && token.bytesize <= Jws::LONGEST && token.b.match?(/\A[\w-]+\.[\w-]+\.[\w-]*\z/)

      parts = token.split(".", -1).map { |segment| Base64url.decode(segment) || raise(malformed) }
      header = object(parts[0])
      unless header && header.keys.sort == %w[alg kid typ] && header.values.all?(String)
        raise Refused.new(:malformed, "the header is not alg, kid and typ")
      end
      raise Refused.new(:kind, "typ is not at+jwt") unless header["typ"] == "at+jwt"

      [header, parts[1], parts[2]]
    end

    def malformed
      Refused.new(:malformed, "it is no token of three segments in base64url")
    end

    def object(json)
      json.force_encoding(Encoding::UTF_8)
      found = JSON.parse(json, object_class: NamesOnce) if json.valid_encoding?
      found if found.is_a?(Hash)
    rescue JSON::ParserError, EncodingError
      nil
    end

    # An object in which no name stands twice, where Hash would keep the last.
    class NamesOnce < Hash
      def []=(name, value)
        raise JSON::ParserError, "#{name} stands twice" if key?(name)

        super
      end
    end
    private_constant :NamesOnce

    def read(claims)
      raise Refused.new(:issuer, "iss is not #{@issuer}") unless claims["iss"] == @issuer
      raise Refused.new(:audience, "aud is not #{@audience}") unless claims["aud"] == @audience

      check_shape(claims)
      check_times(claims["iat"], claims["exp"])
      Claims.new(
        contact: claims["sub"], session: claims["sid"], tenant: claims["ws"], id: claims["jti"],
        issued: Time.at(claims["iat"]), expires: Time.at(claims["exp"]), jkt: claims.dig("cnf", "jkt")
      ).freeze
    end

    def check_shape(claims)
      texts = claims.values_at("sub", "sid", "ws", "jti")
      texts << (claims["cnf"]["jkt"] if claims["cnf"].is_a?(Hash)) if claims.key?("cnf")
      return if texts.all? { |text| text.is_a?(String) && !text.empty? } && claims.values_at("iat", "exp").all?(Integer)

      raise Refused.new(:claims, "sub, sid, ws, jti, iat, exp or cnf is missing or of another type")
    end

    def check_times(issued, expires)
      now = @clock.now.to_i
      raise Refused.new(:expired, "it expired #{now - expires} s ago") if expires <= now
      raise Refused.new(:issued_ahead, "iat lies #{issued - now} s ahead; is this machine's clock right?") if issued > now + SKEW
    end
  end
end
