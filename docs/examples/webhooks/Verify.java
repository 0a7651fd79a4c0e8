// Verify a Treaty webhook: `java Verify.java < body`, headers and secret in the environment; exit code 0 when genuine.
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Verify {
    static boolean verify(byte[] body, String id, String timestamp, String signatures, String secret) throws Exception {
        if (Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) > 300) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write((id + "." + timestamp + ".").getBytes("UTF-8"));
        content.write(body);
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(content.toByteArray()))).getBytes();
        for (String given : signatures.split(" ")) {
            if (MessageDigest.isEqual(expected, given.getBytes())) return true;
        }
        return false;
    }

    public static void main(String[] arguments) throws Exception {
        Map<String, String> env = System.getenv();
        boolean genuine = verify(
            System.in.readAllBytes(),
            env.get("WEBHOOK_ID"),
            env.get("WEBHOOK_TIMESTAMP"),
            env.get("WEBHOOK_SIGNATURE"),
            env.get("WEBHOOK_SECRET"));
        System.exit(genuine ? 0 : 1);
    }
}
