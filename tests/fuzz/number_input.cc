// Numbers, as people write them and as they come from the air. Oracle: a
// recipient that is accepted can be addressed, and an address reads back as it
// was written.
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/number/recipient.h"
#include "common/pdu/address.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

// Takes whatever has digits in it: libphonenumber is not what is tried here.
class DigitsChecker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    constexpr std::size_t kLongest = 15;
    std::string digits;
    for (const char c : input) {
      if (c >= '0' && c <= '9' && digits.size() < kLongest) digits += c;
    }
    if (digits.empty()) return Fail(ErrorKind::kInvalid, "it has no digits");
    return "+" + digits;
  }
};

Result<std::unique_ptr<NumberChecker>> MakeChecker() {
  return std::make_unique<DigitsChecker>();
}

bool ReadsBack(const Address& address) {
  std::vector<std::uint8_t> octets;
  if (!AppendAddress(address, octets)) return false;
  OctetCursor cursor(octets);
  const auto read = TakeAddress(cursor);
  Require(read && *read == address, "an address reads back");
  Require(cursor.remaining() == 0, "an address is as long as it says");
  return true;
}

void CheckWritten(std::string_view text) {
  static RecipientParser recipients("ID", {"888"}, NumberRule::kPossible,
                                    &MakeChecker);
  if (const auto recipient = recipients.Parse(text)) {
    Require(ReadsBack(NumberAddress(*recipient)), "a recipient is an address");
  }
  ReadsBack(NumberAddress(text));
}

void CheckOnAir(std::span<const std::uint8_t> octets) {
  OctetCursor cursor(octets);
  if (const auto address = TakeAddress(cursor, /*may_be_empty=*/true)) {
    ReadsBack(*address);
  }
  OctetCursor prefix(octets);
  const auto smsc = TakeSmsc(prefix);
  std::vector<std::uint8_t> written;
  if (!smsc || smsc->value.empty() || !AppendSmsc(*smsc, written)) return;
  OctetCursor again(written);
  Require(TakeSmsc(again) == *smsc, "an SMSC reads back");
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb::fuzz;
  CheckWritten({reinterpret_cast<const char*>(data), size});
  CheckOnAir({data, size});
  return 0;
}
