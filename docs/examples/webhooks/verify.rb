# Verify a Treaty webhook: `ruby verify.rb < body`, headers and secret in the environment; exit code 0 when genuine.
require "openssl"

def verify(body, id, timestamp, signatures, secret)
  return false if (Time.now.to_i - timestamp.to_i).abs > 300

  key = secret.delete_prefix("whsec_").unpack1("m")
  expected = "v1," + [OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.".b + body)].pack("m0")
  signatures.split(" ").any? { |given| OpenSSL.secure_compare(expected, given) }
end

names = %w[WEBHOOK_ID WEBHOOK_TIMESTAMP WEBHOOK_SIGNATURE WEBHOOK_SECRET]
exit(verify($stdin.binmode.read, *ENV.values_at(*names)) ? 0 : 1)
