# frozen_string_literal: true

require_relative "helper"

# Access tokens, against a server whose keys, clock and answers a test can change.
class VerifierTest < Minitest::Test
  def setup
    @issuer = Issuer.new
    @verifier = Countersign::Verifier.new(@issuer.url, clock: @issuer.clock)
  end

  def teardown
    @issuer.stop
  end

  def test_many_tokens_need_one_fetch
    %w[rsa p256 ed25519].each { |kid| @verifier.verify(@issuer.good(kid)) }
    assert_equal 1, @issuer.fetches
  end

  def test_what_is_no_text_is_refused
    [nil, 7, :token, "\xff".b, "\xff"].each { |token| verdict(:malformed, token, token.inspect) }
  end

  def test_names_stand_once_and_text_is_utf8
    claims = JSON.generate(JSON.parse(@issuer.good("p256").split(".")[1].tr("-_", "+/").unpack1("m")))
    header = '{"alg":"ES256","kid":"p256","typ":"at+jwt"}'
    cases = {
      @issuer.signed("p256", header, claims) => nil,
      @issuer.signed("p256", header.sub("{", '{"alg":"none",'), claims) => :malformed,
      @issuer.signed("p256", header, claims.sub("{", '{"sub":"con_2",')) => :claims,
      @issuer.signed("p256", header, claims.sub("{", '{"s\u0075b":"con_2",')) => :claims,
      @issuer.signed("p256", header, claims.sub("{", '{"cnf":{"jkt":"a","jkt":"b"},')) => :claims,
      @issuer.signed("p256", header, claims.sub("con_1", "con_\xff")) => :claims,
      @issuer.signed("p256", header, claims.sub("{", '{"cnf":null,')) => :claims,
      @issuer.signed("p256", header, "[" * 5_000) => :claims
    }
    cases.each { |token, code| verdict(code, token, token) }
  end

  def test_keys_are_fetched_again_when_old_or_unknown
    step = lambda do |code, kid, fetches|
      verdict(code, @issuer.good(kid), "#{kid}, fetch #{fetches}")
      assert_equal fetches, @issuer.fetches
    end
    @issuer.answer = @issuer.jwks("rsa")
    step.call(nil, "rsa", 1)
    @issuer.answer = @issuer.jwks("rsa", "p256")
    step.call(:unknown_key, "p256", 1) # a flood of unknown kids costs nothing
    @issuer.later(10)
    step.call(nil, "p256", 2)
    @issuer.answer = @issuer.jwks("p256")
    @issuer.later(300)
    step.call(:unknown_key, "rsa", 3) # a withdrawn key is forgotten
    @issuer.answer = nil
    @issuer.later(300)
    step.call(nil, "p256", 4) # an outage is survived
    step.call(:unavailable, "rsa", 4) # but a kid that may be new is not refused
    @issuer.later(3_600)
    step.call(:unavailable, "p256", 5) # for an hour
    @issuer.answer = @issuer.jwks("p256")
    @issuer.later(10)
    step.call(nil, "p256", 6)
  end

  def test_many_who_wait_share_one_fetch
    token = @issuer.good("p256")
    found = Array.new(20) { Thread.new { @verifier.verify(token).contact } }.map(&:value)
    assert_equal [["con_1"], 1], [found.uniq, @issuer.fetches]
  end

  def test_only_a_proper_set_of_keys_is_believed
    short = OpenSSL::PKey::RSA.new(1_024).n
    rsa = @issuer.jwks("rsa")
    answers = [
      "<html>", '{"keys":[]}', "null", "[]", '{"keys":{}}', @issuer.jwks("rsa", "p256").sub('"kid":"rsa"', '"kid":"p256"'),
      %({"keys":[{"kid":"k","kty":"EC","crv":"P-256","x":"#{"AQ" * 21}A","y":"#{"AQ" * 21}A"}]}),
      %({"keys":[{"kid":"k","kty":"RSA","n":"#{[short.to_s(2)].pack("m0").tr("+/", "-_").delete("=")}","e":"AQAB"}]}),
      rsa.sub('"AQAB"', '"AQ"'), rsa.sub('"sig"', '"enc"'), rsa.sub('"kid":"rsa"', '"kid":""'), rsa.sub('"RS256"', '"PS256"'),
      rsa + " " * 65_536
    ]
    answers.each do |answer|
      @issuer.answer = answer
      fresh = Countersign::Verifier.new(@issuer.url, clock: @issuer.clock)
      assert_raises(Countersign::KeysUnavailable, answer[0, 200]) { fresh.verify(@issuer.good("rsa")) }
    end
  end

  def test_a_redirect_is_not_followed_and_a_closed_port_is_no_refusal
    @issuer.status = "302 Found\r\nLocation: #{@issuer.url}/elsewhere"
    verdict(:unavailable, @issuer.good("rsa"), "redirect")
    @issuer.stop
    fresh = Countersign::Verifier.new(@issuer.url, clock: @issuer.clock)
    assert_raises(Countersign::KeysUnavailable) { fresh.verify(@issuer.good("rsa")) }
  end

  def test_a_server_is_named_by_its_url
    ["", "cs.example.com", "http://cs.example.com", "https://", "https://a@cs.example.com", "https://cs.example.com/x", "https://cs.example.com?x", "ftp://cs.example.com", "http://127.0.0.1.evil.example", "https://a b"].each do |bad|
      assert_raises(Countersign::InvalidInput, bad) { Countersign::Verifier.new(bad) }
    end
    ["https://cs.example.com", "https://cs.example.com/", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"].each do |good|
      assert_equal good.delete_suffix("/"), Countersign::Verifier.read_server(good)
    end
  end

  private

  # The token is accepted (nil), refused with this code, or cannot be judged (:unavailable).
  def verdict(code, token, message)
    @verifier.verify(token)
    assert_nil code, message
  rescue Countersign::Refused => e
    assert_equal code, e.code, message
  rescue Countersign::KeysUnavailable
    assert_equal code, :unavailable, message
  end
end
