# frozen_string_literal: true

require_relative "helper"

# What every library of sdk/ must agree with.
class VectorsTest < Minitest::Test
  VECTORS = JSON.parse(File.read(File.expand_path("../../vectors.json", __dir__)))
  CLOCK = Issuer::Clock.new(Time.at(VECTORS["now"]))

  VECTORS["digests"].each_with_index do |one, at|
    define_method("test_digest_#{at}_#{one["name"]}") { assert_equal one["answer"], call(one) }
  end

  VECTORS["tokens"].each_with_index do |one, at|
    define_method("test_token_#{at}_#{one["name"]}") do
      header, claims, signature = (token = call(one)).split(".")
      assert_equal one["header"], JSON.parse(decode(header))
      assert_equal one["claims"], JSON.parse(decode(claims))
      assert fits?(one, token.rpartition(".").first, decode(signature)), "the signature does not fit"
    end
  end

  VECTORS["unsigned"].each_with_index do |one, at|
    define_method("test_unsigned_#{at}_#{one["name"]}") do
      fault = assert_raises(Countersign::InvalidInput) { call(one) }
      assert_includes fault.message, one["error"]
      refute_includes fault.message, one["secret"] if one["secret"].to_s.length > 8
    end
  end

  VECTORS["access"]["accepted"].each do |one|
    define_method("test_accepted_#{one["name"]}") do
      found = verifier.verify(one["token"]).to_h.transform_keys(&:to_s)
      assert_equal one["claims"], found.merge("issued" => found["issued"].to_i, "expires" => found["expires"].to_i)
    end
  end

  VECTORS["access"]["refused"].each do |one|
    define_method("test_refused_#{one["code"]}_#{one["name"]}") do
      assert_equal one["code"].to_sym, assert_raises(Countersign::Refused) { verifier.verify(one["token"]) }.code
    end
  end

  private

  # Does what a vector says.
  def call(one)
    given = (one["arguments"] || {}).transform_keys(&:to_sym)
    case one["call"]
    when "token" then signer(one).token(**given, company: given[:company]&.transform_keys(&:to_sym))
    when "woes_jwt" then Countersign.woes_jwt(one["secret"], widget: VECTORS["widget"], clock: CLOCK, **given)
    when "fogbender_jwt" then Countersign.fogbender_jwt(one["secret"], clock: CLOCK, **given)
    else Countersign.public_send(one["call"], one["secret"], one["text"])
    end
  end

  def signer(one)
    key = VECTORS["keys"].dig(one["private_key"], "private")
    Countersign::Signer.new(widget: one["widget"] || VECTORS["widget"], secret: one["secret"], private_key: key, kid: one["kid"], clock: CLOCK)
  end

  def fits?(one, message, signature)
    return OpenSSL::HMAC.digest("SHA256", one["secret"], message) == signature unless one["private_key"]

    key = OpenSSL::PKey.read(VECTORS["keys"].dig(one["private_key"], "public"))
    return key.verify(nil, signature, message) if one["header"]["alg"] == "EdDSA"

    numbers = signature.unpack("a32a32").map { |bytes| OpenSSL::ASN1::Integer(OpenSSL::BN.new(bytes, 2)) }
    signature.bytesize == 64 && key.verify("SHA256", OpenSSL::ASN1::Sequence(numbers).to_der, message)
  end

  def decode(segment)
    "#{segment.tr("-_", "+/")}#{"=" * (-segment.length % 4)}".unpack1("m0")
  end

  # A verifier that fetches the keys of the vectors, wherever their server is said to be.
  def verifier
    Countersign::Verifier.new(VECTORS["access"]["server"], clock: CLOCK).tap do |verifier|
      keys = verifier.instance_variable_get(:@keys)
      keys.instance_variable_set(:@uri, URI("#{ISSUER.url}/.well-known/jwks.json"))
    end
  end

  ISSUER = Issuer.new.tap { |issuer| issuer.answer = JSON.generate(VECTORS["access"]["jwks"]) }
  private_constant :ISSUER
end
