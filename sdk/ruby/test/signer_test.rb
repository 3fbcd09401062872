# frozen_string_literal: true

require_relative "helper"

# What only Ruby can say; the rest is in the vectors.
class SignerTest < Minitest::Test
  WIDGET = "cs_pk_live_widget"
  SECRET = "cs_idj_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlqROdEj"

  def test_a_signer_shows_nothing_of_its_secret
    signer = Countersign::Signer.new(widget: WIDGET, secret: SECRET)
    [signer.inspect, signer.to_s, "#{signer}", [signer].inspect, JSON.generate([signer])].each { |text| refute_includes text, "Wlpa" }
  end

  def test_values_are_texts_in_utf8_or_become_it
    signer = Countersign::Signer.new(widget: WIDGET, secret: SECRET)
    [nil, 7, :u1, "u\xff", "u\xff".b, ["u1"]].each do |id|
      assert_raises(Countersign::InvalidInput, id.inspect) { signer.token(id: id) }
    end
    latin = "S\xF8n".dup.force_encoding(Encoding::ISO_8859_1)
    assert_includes signer.token(id: "u1", name: latin).split(".")[1].tr("-_", "+/").unpack1("m").force_encoding("UTF-8"), "Søn"
  end

  def test_a_secret_is_text
    [nil, 7, "\xff" * 40, ("\xff" * 40).b, ("é" * 40).encode("UTF-16LE")].each do |secret|
      assert_raises(Countersign::InvalidInput, secret.inspect) { Countersign.fogbender_hmac(secret, "u1") }
      assert_raises(Countersign::InvalidInput, secret.inspect) { Countersign.woes_email_hash(secret, "ada@example.com") }
      assert_raises(Countersign::InvalidInput, secret.inspect) { Countersign::Signer.new(widget: WIDGET, secret: secret) }
    end
  end

  def test_a_life_is_a_whole_number_of_seconds
    signer = Countersign::Signer.new(widget: WIDGET, secret: SECRET)
    [0, 901, 1.5, "60", nil].each { |life| assert_raises(Countersign::InvalidInput, life.inspect) { signer.token(id: "u1", lifetime: life) } }
  end

  def test_a_company_has_an_id_and_a_name
    signer = Countersign::Signer.new(widget: WIDGET, secret: SECRET)
    [{ name: "Acme" }, { id: "c1", plan: "x" }, {}, "Acme"].each do |company|
      assert_raises(Countersign::InvalidInput, company.inspect) { signer.token(id: "u1", company: company) }
    end
  end

  def test_a_signer_has_one_key_that_can_sign
    key = OpenSSL::PKey.generate_key("ED25519")
    public_half = OpenSSL::PKey.read(key.public_to_pem)
    p256 = OpenSSL::PKey.read(OpenSSL::PKey::EC.generate("prime256v1").public_to_pem)
    rsa = OpenSSL::PKey::RSA.new(2_048)
    locked = OpenSSL::PKey::EC.generate("prime256v1").private_to_pem("aes-128-cbc", "x")
    [{}, { private_key: locked }, { secret: SECRET, private_key: key }, { secret: SECRET, kid: "k" }, { private_key: public_half }, { private_key: p256 }, { private_key: rsa },
     { private_key: key.public_to_pem }, { private_key: "no key" }, { private_key: 7 }, { private_key: nil, secret: 7 }].each do |given|
      assert_raises(Countersign::InvalidInput, given.keys.inspect) { Countersign::Signer.new(widget: WIDGET, **given) }
    end
  end
end
