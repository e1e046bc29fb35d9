#include "common/secret/sealed_text.h"

#include <sodium.h>

#include <algorithm>

namespace smsweb {
namespace {

constexpr std::size_t kNonceSize =
    crypto_secretbox_xchacha20poly1305_NONCEBYTES;
constexpr std::size_t kTagSize = crypto_secretbox_xchacha20poly1305_MACBYTES;
static_assert(crypto_secretbox_xchacha20poly1305_KEYBYTES ==
              std::tuple_size_v<Digest256>);

}  // namespace

SealedText SealText(std::string_view text, const SecretKey& key,
                    Random& random) {
  SealedText sealed;
  sealed.seal.assign(key.id.begin(), key.id.end());
  sealed.seal.resize(key.id.size() + kNonceSize);
  const auto nonce = std::span(sealed.seal).subspan(key.id.size());
  random.Fill(nonce);
  std::vector<std::uint8_t> box(text.size() + kTagSize);
  crypto_secretbox_xchacha20poly1305_easy(
      box.data(), reinterpret_cast<const unsigned char*>(text.data()),
      text.size(), nonce.data(), key.text.data());
  sealed.text = ToBase64(box);
  return sealed;
}

Result<std::string> OpenText(std::string_view text,
                             const std::vector<std::uint8_t>& seal,
                             KeyRing& keys) {
  const auto damaged = [] {
    return Fail(ErrorKind::kInvalid, "its sealed text is damaged");
  };
  KeyId id{};
  if (seal.size() != id.size() + kNonceSize) return damaged();
  std::copy_n(seal.begin(), id.size(), id.begin());
  const auto key = keys.Find(id);
  if (!key) {
    return Fail(ErrorKind::kUnavailable,
                "its text is sealed under a key that is not in "
                "verify.secret_file");
  }
  const auto box = FromBase64(text);
  if (!box || box->size() < kTagSize) return damaged();
  std::string plain(box->size() - kTagSize, '\0');
  if (crypto_secretbox_xchacha20poly1305_open_easy(
          reinterpret_cast<unsigned char*>(plain.data()), box->data(),
          box->size(), seal.data() + id.size(), key->text.data()) != 0) {
    return damaged();
  }
  return plain;
}

}  // namespace smsweb
