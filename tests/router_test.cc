// Which lane a message is put in.
#include "common/route/router.h"

#include "catch.h"

namespace smsweb {
namespace {

using enum MessageClass;

class FakeRegions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    if (e164.starts_with("+62")) return {"ID"};
    if (e164.starts_with("+1")) return {"US", "CA"};
    return {};
  }
  std::string TypeOf(const std::string&) const override { return "mobile"; }
};

Result<std::unique_ptr<NumberRegions>> MakeRegions() {
  return std::make_unique<FakeRegions>();
}

Config Parsed(const std::string& toml) {
  const auto config = ParseConfig(toml, "smsweb.toml", SystemEnvironment);
  if (!config) FAIL(config.error().message);
  return *config;
}

Result<std::string> Lane(const Config& config, const std::string& recipient,
                         MessageClass message_class, const std::string& client,
                         const std::string& modem,
                         const NumberRegionsFactory& make = MakeRegions) {
  return LaneFor(config, {recipient, message_class, client, modem}, make);
}

const std::string kModems = R"(
[[modem]]
name = "a"
device = "/dev/a"
[[modem]]
name = "b"
device = "/dev/b"
groups = ["telkomsel", "otp-only"]
)";

const std::string kRoutes = R"(
[[route]]
class = ["bulk"]
client = ["shop", "blog"]
modem = "b"
[[route]]
prefix = ["+62811", "+62812"]
class = ["otp", "transactional"]
group = "telkomsel"
[[route]]
region = ["CA", "DE"]
group = "otp-only"
[[route]]
prefix = ["+4930"]
group = "default"
)";

TEST_CASE("The first route that fits decides") {
  struct Row {
    const char* recipient;
    MessageClass message_class;
    const char* client;
    const char* modem;
    const char* lane;
  };
  const Row rows[] = {
      {"+62811234567", kOtp, "", "", "telkomsel"},
      {"+62812234567", kTransactional, "shop", "", "telkomsel"},
      {"+62812234567", kBulk, "shop", "", "=b"},
      {"+62812234567", kBulk, "blog", "", "=b"},
      {"+62812234567", kBulk, "", "", ""},
      {"+62812234567", kBulk, "sho", "", ""},
      {"+62813234567", kOtp, "", "", ""},
      {"+12125550100", kOtp, "", "", "otp-only"},  // perhaps Canada
      {"+493012345678", kOtp, "", "", ""},
      {"81234", kOtp, "", "", ""},  // a short code is in no country
      {"+62811234567", kOtp, "", "a", "=a"},
  };
  const Config config = Parsed(kModems + kRoutes);
  for (const Row& row : rows) {
    INFO(row.recipient << " " << ToString(row.message_class) << " "
                       << row.client);
    const auto lane =
        Lane(config, row.recipient, row.message_class, row.client, row.modem);
    REQUIRE(lane.has_value());
    CHECK(*lane == row.lane);
  }
}

TEST_CASE("Without routes and countries nothing is loaded") {
  const auto fail = []() -> Result<std::unique_ptr<NumberRegions>> {
    return Fail(ErrorKind::kInternal, "not there");
  };
  CHECK(Lane(Parsed(""), "+1", kOtp, "", "", fail).value().empty());
  const Config config = Parsed(kModems + kRoutes);
  CHECK(Lane(config, "+62811234567", kOtp, "", "", fail).has_value());
  CHECK(Lane(config, "+1", kOtp, "", "", fail).error().kind ==
        ErrorKind::kInternal);
}

TEST_CASE("Whom no modem serves is refused") {
  CHECK(Lane(Parsed(kModems), "+1", kOtp, "", "c").error().kind ==
        ErrorKind::kNotFound);
  const Config only_b = Parsed(R"(
[[modem]]
name = "b"
device = "/dev/b"
groups = ["telkomsel"]
[[route]]
prefix = ["+62"]
group = "telkomsel"
)");
  CHECK(Lane(only_b, "+62811", kOtp, "", "").value() == "telkomsel");
  CHECK(Lane(only_b, "+1", kOtp, "", "").error().kind == ErrorKind::kInvalid);
}

TEST_CASE("Conversations matter where there are two modems") {
  const WallTime now(Millis(1'700'000'000'000));
  const Config two = Parsed(kModems);
  CHECK(ConversationsSince(two, now) == now - std::chrono::days(30));
  const Config off = Parsed("[message]\nconversations = 0\n" + kModems);
  CHECK_FALSE(ConversationsSince(off, now));
  const Config one = Parsed("[[modem]]\nname = \"a\"\ndevice = \"/dev/a\"\n");
  CHECK_FALSE(ConversationsSince(one, now));
}

}  // namespace
}  // namespace smsweb
