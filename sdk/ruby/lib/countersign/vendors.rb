# frozen_string_literal: true

module Countersign
  # The forms of other vendors, for a back end that moves over.
  module_function

  # `email_hash` of the profile `woes-hmac`: the secret is decoded from its 64 hexadecimal digits,
  # the email trimmed and lower-cased, the digest written in hexadecimal.
  def woes_email_hash(secret, email)
    email = Values.refuse_token("email", Values.value("email", email, :email))
    OpenSSL::HMAC.hexdigest("SHA256", Values.hex_secret(secret), email)
  end

  # `userIdHash` of the profile `notificationapi`: the key is the secret's text, the digest is
  # written in standard base64.
  def notificationapi_hash(secret, user_id)
    secret = Values.vendor_secret(secret, "cs_idh_")
    [OpenSSL::HMAC.digest("SHA256", secret, hashable_id(user_id))].pack("m0")
  end

  # `userHMAC` of the profile `fogbender`: the key is the secret's text, the digest is written in
  # hexadecimal.
  def fogbender_hmac(secret, user_id)
    OpenSSL::HMAC.hexdigest("SHA256", Values.vendor_secret(secret), hashable_id(user_id))
  end

  # `jwt` of the profile `woes-jwt`, good for 10 minutes.
  def woes_jwt(secret, widget:, email:, id: nil, name: nil, account_id: nil, clock: Time)
    widget = Values.widget(widget)
    email = Values.value("email", email, :email)
    claims = { contact_external_id: [id, :id], name: [name, :name], account_external_id: [account_id, :id] }
    vendor_jwt(secret, clock, { aud: widget, email: email }, claims)
  end

  # `userJWT` of the profile `fogbender`, good for 10 minutes.
  def fogbender_jwt(secret, id:, email: nil, name: nil, avatar_url: nil, customer_id: nil, customer_name: nil, clock: Time)
    id = Values.value("userId", id, :id)
    claims = {
      userEmail: [email, :email], userName: [name, :name], userAvatarUrl: [avatar_url, :url],
      customerId: [customer_id, :id], customerName: [customer_name, :name]
    }
    vendor_jwt(secret, clock, { userId: id }, claims)
  end

  def hashable_id(user_id)
    Values.refuse_token("user id", Values.value("user id", user_id, :id))
  end

  def vendor_jwt(secret, clock, required, optional)
    now = clock.now.to_i
    given = optional.reject { |_, (text, _)| text.nil? || text == "" }
    claims = given.to_h { |name, (text, kind)| [name, Values.value(name, text, kind)] }
    header = { alg: "HS256", typ: "JWT" }
    Jws.compact(header, { **required, **claims, iat: now, exp: now + 600 }, &Jws.hs256(Values.vendor_secret(secret)))
  end

  private_class_method :hashable_id, :vendor_jwt
end
