# frozen_string_literal: true

require_relative "helper"

# Tokens of this library at a real server, which node sdk/beside-server.mjs starts.
class SessionTest < Minitest::Test
  def test_a_shared_secret_opens_a_real_session
    opens_a_session(Countersign::Signer.new(widget: given("WIDGET_KEY"), secret: given("IDENTITY_SECRET")))
  end

  def test_own_keys_open_a_real_session
    Issuer::KEYS.slice("p256", "ed25519").each do |name, key|
      body = { mode: "jwt", kid: "ruby-#{name}", public_key: key.public_to_pem }
      post("/api/v1/widgets/#{given("WIDGET_ID")}/identity_secrets", body, "authorization" => "Bearer #{given("SECRET_KEY")}")
      opens_a_session(Countersign::Signer.new(widget: given("WIDGET_KEY"), private_key: key, kid: "ruby-#{name}"))
    end
  end

  private

  # Shows a token to the server, and verifies what the server answers.
  def opens_a_session(signer)
    token = signer.token(id: "u1", email: " Ada@Example.com", company: { id: "c1", name: "Acme" })
    session = post("/widget/v1/sessions", { widget: given("WIDGET_KEY"), identity: { token: token } })
    claims = Countersign::Verifier.new(given("SERVER")).verify(session.fetch("access_token"))
    assert_equal session.fetch("contact").fetch("id"), claims.contact
  end

  def post(path, body, headers = {})
    answer = Net::HTTP.post(URI(given("SERVER") + path), JSON.generate(body), "content-type" => "application/json", **headers)
    assert_equal "201", answer.code, answer.body
    JSON.parse(answer.body)
  end

  def given(name)
    ENV.fetch("COUNTERSIGN_#{name}") { flunk "run this by `node sdk/beside-server.mjs`, from the root of the repository" }
  end
end
