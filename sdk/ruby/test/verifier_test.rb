# frozen_string_literal: true

require "minitest/autorun"
require "countersign"
require_relative "issuer"

# Access tokens, against a server whose keys, clock and answers a test can change.
class VerifierTest < Minitest::Test
  def setup
    @issuer = Issuer.new
    @verifier = Countersign::Verifier.new(@issuer.url, clock: @issuer.clock)
  end

  def teardown
    @issuer.stop
  end

  def test_tokens_of_each_kind_of_key_are_verified
    tokens = %w[rsa p256 ed25519].map { |kid| @issuer.good(kid) } << @issuer.token("ed25519", { alg: "EdDSA" })
    tokens.each do |token|
      now = @issuer.clock.now
      expected = { contact: "con_1", session: "ses_1", tenant: "env_1", id: "1", issued: now, expires: now + 600, jkt: nil }
      assert_equal expected, @verifier.verify(token).to_h
    end
    assert_equal 1, @issuer.fetches
  end

  def test_a_bound_token_names_its_key
    assert_equal "thumbprint", @verifier.verify(@issuer.token("p256", {}, { cnf: { jkt: "thumbprint" } })).jkt
  end

  def test_claims_are_held_against_server_and_clock
    now = @issuer.clock.now.to_i
    cases = [
      [:iss, "https://evil.example", :issuer], [:iss, "#{@issuer.url}/", :issuer], [:iss, nil, :issuer],
      [:aud, @issuer.url, :audience], [:aud, ["#{@issuer.url}/widget/v1"], :audience],
      [:sub, "", :claims], [:sub, 7, :claims], [:exp, now, :expired], [:exp, now + 1, nil], [:exp, nil, :claims],
      [:exp, now + 0.5, :claims], [:exp, (now + 60).to_s, :claims], [:iat, nil, :claims], [:iat, now + 60, nil],
      [:iat, now + 61, :issued_ahead], [:cnf, {}, :claims], [:cnf, "x", :claims]
    ]
    cases.each { |claim, value, code| verdict(code, @issuer.token("p256", {}, { claim => value }), "#{claim} = #{value}") }
  end

  def test_forgeries_are_refused
    good = @issuer.good("p256")
    head, body, signature = good.split(".")
    bob = { sub: "con_2" }
    hs256 = @issuer.token(nil, { alg: "HS256", kid: "rsa" }, bob).rpartition(".").first
    mac = [OpenSSL::HMAC.digest("SHA256", @issuer.jwks("rsa")[/"n":"([^"]+)/, 1], hs256)].pack("m0").tr("+/", "-_").delete("=")
    cases = {
      "" => :malformed, nil => :malformed, "#{head}.#{body}" => :malformed, "#{good}.x" => :malformed,
      "#{good}==" => :malformed, "#{good}\n" => :malformed, good.dup.insert(20, "\n") => :malformed,
      "#{good.chop}#{good[-1].next}" => :malformed, "#{head}.#{"A" * 8_192}.#{signature}" => :malformed,
      "#{head}.#{@issuer.token("p256", {}, bob).split(".")[1]}.#{signature}" => :signature,
      "#{head}.#{body}." => :signature, "#{head}.#{body}.#{"A" * 86}" => :signature, "#{head}.#{body}.AAAA" => :signature,
      @issuer.token("rsa", { alg: "ES256", kid: "p256" }, bob) => :signature,
      @issuer.token(nil, { alg: "none", kid: "p256" }, bob) => :algorithm,
      @issuer.token("rsa", { kid: "p256" }, bob) => :algorithm,
      "#{hs256}.#{mac}" => :algorithm,
      @issuer.token("p256", { kid: "mine" }, bob) => :unknown_key,
      @issuer.token("p256", { kid: "unknown kind" }, bob) => :unknown_key,
      @issuer.token("p256", { typ: "JWT" }, bob) => :kind,
      @issuer.token("p256", { typ: nil }, bob) => :malformed,
      @issuer.token("p256", { kid: 1 }, bob) => :malformed,
      @issuer.token("p256", { jku: "https://evil.example" }, bob) => :malformed,
      @issuer.token("p256", { crit: ["x"] }, bob) => :malformed
    }
    cases.each { |token, code| verdict(code, token, token.inspect) }
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
