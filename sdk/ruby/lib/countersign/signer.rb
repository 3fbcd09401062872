# frozen_string_literal: true

module Countersign
  # Mints identity tokens of the profile `countersign` for one widget.
  #
  #   signer = Countersign::Signer.new(widget: "cs_pk_live_…", secret: ENV.fetch("COUNTERSIGN_IDENTITY_SECRET"))
  #   signer.token(id: "u1", email: "ada@example.com", jkt: params[:jkt])
  class Signer
    # Seconds that a server accepts at most between `iat` and `exp`.
    LONGEST_LIFETIME = 900

    # @param widget [String] the widget's public key
    # @param secret [String] the shared secret, `cs_idj_…` as it is shown: not decoded
    # @param private_key [String, OpenSSL::PKey::PKey] instead of the secret: your own key of
    #   Ed25519 or P-256, in PEM. Register its public half under the same kid
    # @param kid [String, nil] the name of the private key
    def initialize(widget:, secret: nil, private_key: nil, kid: nil, clock: Time)
      raise InvalidInput, "give either secret or private_key" unless secret.nil? ^ private_key.nil?
      raise InvalidInput, "kid names a private key, not a secret" if secret && kid

      @widget = Values.widget(widget)
      @clock = clock
      algorithm, @sign = secret ? ["HS256", Jws.hs256(Values.own_secret("cs_idj_", secret))] : asymmetric(private_key)
      @header = { alg: algorithm, typ: "JWT", kid: kid && Values.value("kid", kid, :id) }.compact
    end

    # An identity token: what your `identity` callback answers as `token`.
    #
    # Read the user from your own session, never from the request: a back end that signs whatever
    # id stands in the request signs for everybody.
    #
    # @param id [String] your own stable id of the user, up to 128 characters
    # @param email [String, nil] signed trimmed and lower-cased
    # @param name [String, nil] up to 200 characters
    # @param company [Hash, nil] `{ id:, name: }`
    # @param jkt [String, nil] binds the token to the browser key with this thumbprint, which the
    #   widget hands to your callback: a copied token is of no use elsewhere
    # @param jti [String, nil] names this token
    # @param lifetime [Integer] seconds, at most 900
    def token(id:, email: nil, name: nil, company: nil, jkt: nil, jti: nil, lifetime: 600)
      unless lifetime.is_a?(Integer) && lifetime.between?(1, LONGEST_LIFETIME)
        raise InvalidInput, "the lifetime must be from 1 to #{LONGEST_LIFETIME} whole seconds"
      end

      now = @clock.now.to_i
      claims = {
        sub: Values.value("id", id, :id), email: optional("email", email, :email), name: optional("name", name, :name),
        company: company && company_claim(company), aud: @widget, iat: now, exp: now + lifetime,
        jti: optional("jti", jti, :id), cnf: jkt.to_s.empty? ? nil : { jkt: thumbprint(jkt) }
      }
      Jws.compact(@header, claims.compact, &@sign)
    end

    # Shows nothing of the key.
    def inspect
      "#<#{self.class} #{@header[:alg]} #{@widget}>"
    end

    private

    # The algorithm of a key and what signs with it.
    def asymmetric(key)
      key = OpenSSL::PKey.read(key, "") unless key.is_a?(OpenSSL::PKey::PKey)
      found = by_kind(key)
      found&.last&.call("only a private key can sign")
    rescue OpenSSL::PKey::PKeyError, ArgumentError, TypeError
      raise InvalidInput, "the private key cannot be read: give its PEM, unencrypted"
    else
      found || raise(InvalidInput, "the private key must be of Ed25519 or P-256")
    end

    def by_kind(key)
      case key.oid
      when "ED25519" then ["EdDSA", ->(message) { key.sign(nil, message) }]
      when "id-ecPublicKey"
        ["ES256", ->(message) { Jws.raw_ecdsa(key.sign("SHA256", message)) }] if key.group.curve_name == "prime256v1"
      end
    end

    def company_claim(company)
      unless company.is_a?(Hash) && (company.keys - %i[id name]).empty?
        raise InvalidInput, "a company must be a Hash of id and name"
      end

      { id: Values.value("company id", company[:id], :id), name: optional("company name", company[:name], :name) }.compact
    end

    # What is empty stays out.
    def optional(field, text, kind)
      Values.value(field, text, kind) unless text.nil? || text == ""
    end

    def thumbprint(jkt)
      return jkt if jkt.is_a?(String) && Base64url.decode(jkt)&.bytesize == 32

      raise InvalidInput, "jkt must be a SHA-256 thumbprint: 43 characters of base64url"
    end
  end
end
