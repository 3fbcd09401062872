# frozen_string_literal: true

# Does what sdk/agree.mjs says, a case a line.

require "json"
require "countersign"

def answer(one)
  given = (one["arguments"] || {}).transform_keys(&:to_sym)
  case one["call"]
  when "token"
    given[:company] = given[:company].transform_keys(&:to_sym) if given[:company]
    Countersign::Signer.new(widget: one["widget"], secret: one["secret"]).token(**given)
  when "verify" then ($verifier ||= Countersign::Verifier.new(one["server"])).verify(one["token"]).contact
  when "woes_jwt" then Countersign.woes_jwt(one["secret"], widget: one["widget"], **given)
  when "fogbender_jwt" then Countersign.fogbender_jwt(one["secret"], **given)
  else Countersign.public_send(one["call"], one["secret"], one["text"])
  end
end

$stdin.set_encoding(Encoding::UTF_8)
$stdin.each_line do |line|
  puts JSON.generate(answer: answer(JSON.parse(line)))
rescue Countersign::InvalidInput, Countersign::Refused => e
  puts JSON.generate(error: e.message)
end
