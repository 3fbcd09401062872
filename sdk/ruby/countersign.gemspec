# frozen_string_literal: true

Gem::Specification.new do |spec|
  spec.name = "countersign"
  spec.version = "0.1.0"
  spec.summary = "Signs who your users are for a Countersign widget, and verifies its access tokens"
  spec.description = "Identity tokens and digests for Countersign, and access tokens by JWKS, with Ruby's standard library only."
  spec.authors = ["The Countersign authors"]
  spec.homepage = "https://github.com/countersign/countersign"
  spec.licenses = ["Apache-2.0", "MIT"]
  spec.required_ruby_version = ">= 3.1"
  spec.files = Dir["lib/**/*.rb", "README.md", "LICENSE-*"]
  spec.metadata = { "source_code_uri" => "#{spec.homepage}/tree/main/sdk/ruby", "rubygems_mfa_required" => "true" }
end
