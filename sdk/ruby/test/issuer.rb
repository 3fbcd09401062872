# frozen_string_literal: true

require "json"
require "openssl"
require "socket"

# A server with one key of each kind, whose clock and answers a test can change.
class Issuer
  attr_accessor :answer, :status
  attr_reader :url, :fetches, :clock

  Clock = Struct.new(:now)
  KEYS = { "rsa" => OpenSSL::PKey::RSA.new(2_048), "p256" => OpenSSL::PKey::EC.generate("prime256v1"), "ed25519" => OpenSSL::PKey.generate_key("ED25519") }.freeze
  NAMES = { "rsa" => "RS256", "p256" => "ES256", "ed25519" => "Ed25519" }.freeze

  def initialize
    @socket = TCPServer.new("127.0.0.1", 0)
    @url = "http://127.0.0.1:#{@socket.addr[1]}"
    @clock = Clock.new(Time.at(1_800_000_000))
    @answer = jwks(*KEYS.keys)
    @status = "200 OK"
    @fetches = 0
    @thread = Thread.new { loop { serve(@socket.accept) } }
  end

  def stop
    @thread.kill
    @socket.close unless @socket.closed?
  end

  def later(seconds)
    clock.now += seconds
  end

  def jwks(*kids)
    point = KEYS["p256"].public_key.to_octet_string(:uncompressed)
    all = {
      "rsa" => { kty: "RSA", n: part(KEYS["rsa"].n.to_s(2)), e: "AQAB" },
      "p256" => { kty: "EC", crv: "P-256", x: part(point[1, 32]), y: part(point[33, 32]) },
      "ed25519" => { kty: "OKP", crv: "Ed25519", x: part(KEYS["ed25519"].public_to_der[-32..]) }
    }
    JSON.generate(keys: [{ kty: "oct", kid: "unknown kind" }] + kids.map { |kid| { **all[kid], kid: kid, alg: NAMES[kid], use: "sig" } })
  end

  def good(kid)
    token(kid)
  end

  # A token by the key that is called kid, whatever the header and claims say; nil leaves one out.
  def token(kid, header = {}, claims = {})
    now = clock.now.to_i
    header = { alg: NAMES[kid], kid: kid, typ: "at+jwt", **header }.compact
    claims = { iss: url, aud: "#{url}/widget/v1", sub: "con_1", sid: "ses_1", ws: "env_1", generation: 1, iat: now, exp: now + 600, jti: "1", **claims }.compact
    signed(kid, JSON.generate(header), JSON.generate(claims))
  end

  # The same over texts that need not be JSON.
  def signed(kid, header, claims)
    message = "#{part(header)}.#{part(claims)}"
    "#{message}.#{part(sign(kid, message))}"
  end

  private

  def part(bytes)
    [bytes].pack("m0").tr("+/", "-_").delete("=")
  end

  def sign(kid, message)
    case kid
    when "rsa" then KEYS[kid].sign("SHA256", message)
    when "p256" then OpenSSL::ASN1.decode(KEYS[kid].sign("SHA256", message)).value.map { |number| number.value.to_s(2).rjust(32, "\0") }.join
    when "ed25519" then KEYS[kid].sign(nil, message)
    else ""
    end
  end

  def serve(client)
    request = client.gets
    nil until client.gets.strip.empty?
    @fetches += 1
    found = request.start_with?("GET /.well-known/jwks.json ") && answer
    client.write("HTTP/1.1 #{found ? status : "503 Service Unavailable"}\r\nContent-Length: #{found ? answer.bytesize : 0}\r\nConnection: close\r\n\r\n#{found}")
  rescue SystemCallError
    nil # the client has read enough
  ensure
    client.close
  end
end
