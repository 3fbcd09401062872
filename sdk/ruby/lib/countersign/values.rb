# frozen_string_literal: true

require "zlib"

module Countersign
  # What a value may look like: the server's own rules, so that what is signed is accepted.
  module Values
    # Characters that a value has at most.
    LONGEST = { id: 128, name: 200, email: 254, url: 2_000 }.freeze

    # Controls, marks of direction, fillers and everything else that shows nothing.
    UNSEEN = /[\p{Cc}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{2800}\u{3164}\u{fe00}-\u{fe0f}\u{feff}\u{ffa0}\u{fff0}-\u{fffb}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/
    # What a name may have of these: emoji, Persian and Indic scripts need it.
    ALLOWED_IN_NAMES = /(?<=[^\u{0}-\u{7f}\u{200c}\u{200d}])[\u{200c}\u{200d}](?=[^\u{0}-\u{7f}\u{200c}\u{200d}])|[\u{fe00}-\u{fe0f}]/
    private_constant :UNSEEN, :ALLOWED_IN_NAMES

    module_function

    # The value in the form that is signed; an email trimmed and lower-cased in ASCII only, because
    # full lower-casing makes two addresses one.
    def value(field, text, kind)
      raise InvalidInput, "the #{field} must be a String" unless text.is_a?(String)

      text = utf8(field, text)
      text = text.gsub(/\A[[:space:]]+|[[:space:]]+\z/, "").downcase(:ascii) if kind == :email
      raise InvalidInput, "the #{field} is blank" if text.match?(/\A[[:space:]]*\z/)
      raise InvalidInput, "the #{field} is longer than #{LONGEST[kind]} characters" if text.length > LONGEST[kind]

      seen = kind == :name ? text.gsub(ALLOWED_IN_NAMES, "") : text
      raise InvalidInput, "the #{field} contains a control or an invisible character" if seen.match?(UNSEEN)

      check_email(field, text) if kind == :email
      text
    end

    # Refuses a text with the shape of a token's signed part: hashing such an id with a secret that
    # also signs tokens would sign a token that the user wrote.
    def refuse_token(field, text)
      return text unless text.match?(/\AeyJ.*\./m)

      raise InvalidInput, "the #{field} has the shape of a token and is not signed"
    end

    def widget(key)
      return value("widget", key, :id) if key.is_a?(String) && key.start_with?("cs_pk_live_", "cs_pk_test_")

      raise InvalidInput, "the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…"
    end

    # A secret of ours with this prefix, whole.
    def own_secret(prefix, secret)
      bytes = text?(secret) && secret.start_with?(prefix) && Base64url.decode(secret.delete_prefix(prefix))
      return secret if bytes && bytes.bytesize == 36 && Zlib.crc32(bytes[0, 32]) == bytes[32, 4].unpack1("N")

      raise InvalidInput, "the secret must be the whole text #{prefix}… as it was shown, without quotes, spaces or a newline"
    end

    # Our own secret with this prefix, or the vendor's: 32 to 512 bytes in one line.
    def vendor_secret(secret, prefix = nil)
      if text?(secret) && secret.start_with?("cs_")
        return own_secret(prefix, secret) if prefix && secret.start_with?(prefix)

        raise InvalidInput, "this secret begins with cs_ and is made for another use"
      end
      return secret if text?(secret) && secret.bytesize.between?(32, 512) && one_line?(secret)

      raise InvalidInput, "the secret must be 32 to 512 bytes in one line, as it was shown, without quotes, spaces or a newline"
    end

    # The 32 bytes of a secret that is decoded.
    def hex_secret(secret)
      return [secret].pack("H*") if text?(secret) && secret.match?(/\A\h{64}\z/)

      raise InvalidInput, "the secret must be 64 hexadecimal digits"
    end

    # In bytes that its encoding and UTF-8 share.
    def text?(secret)
      secret.is_a?(String) && (secret.ascii_only? || (secret.encoding == Encoding::UTF_8 && secret.valid_encoding?))
    end

    def one_line?(secret)
      secret.match?(/\A[^\p{Cc}]+\z/) && !secret.match?(/\A[ "']|[ "']\z/)
    end

    def utf8(field, text)
      text = text.encode(Encoding::UTF_8)
      text.valid_encoding? ? text : raise(InvalidInput, "the #{field} is not UTF-8")
    rescue EncodingError
      raise InvalidInput, "the #{field} is not UTF-8"
    end

    def check_email(field, email)
      local, domain = email.split("@", 2)
      if local.empty? || domain.nil? || domain.empty? || domain.include?("@") || email.match?(/[[:space:]]/)
        raise InvalidInput, "the #{field} is not an email address"
      end
      raise InvalidInput, "the domain of the #{field} is not in ASCII; write it in its xn-- form" unless domain.ascii_only?
    end

    private_class_method :text?, :one_line?, :utf8, :check_email
  end
  private_constant :Values
end
