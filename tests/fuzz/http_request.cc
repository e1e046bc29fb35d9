// A request to the endpoint, as text: "POST /v1/messages?query", lines of
// headers, an empty line, the body. Oracle: it is answered, with a status that
// the contract knows and never 500; the answer is JSON; no header of it has a
// line break; and no API key is in it.
#include <stdlib.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "cgi/api.h"
#include "cgi/backlog_watch.h"
#include "cgi/import_gate.h"
#include "common/secret/api_key.h"
#include "common/store/sqlite_store.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

using Json = nlohmann::json;

class Checker final : public NumberChecker {
 public:
  Result<std::string> ToE164(std::string_view input, std::string_view,
                             NumberRule) const override {
    if (input.starts_with("+") && input.size() > 3) return std::string(input);
    return Fail(ErrorKind::kInvalid, "it is too short");
  }
};

class Regions final : public NumberRegions {
 public:
  std::vector<std::string> Of(const std::string& e164) const override {
    if (e164.starts_with("+62")) return {"ID"};
    return {};
  }
  std::string TypeOf(const std::string&) const override { return "mobile"; }
};

// One for all inputs: what one leaves behind, the next may find.
class World {
 public:
  World() {
    (void)store_->AddKey(
        {.digest = ApiKeyDigest(key_), .client = "fuzz", .scopes = kEveryScope},
        {.act = "key.add"});
  }
  ~World() { std::filesystem::remove_all(folder_); }

  Response Answer(Request request) {
    // An input can't guess it.
    if (const auto at = request.authorization.find("KEY");
        at != std::string::npos) {
      request.authorization.replace(at, 3, key_);
    }
    Step step = api_.Begin(request);
    if (auto* response = std::get_if<Response>(&step)) {
      return std::move(*response);
    }
    const auto& submission = std::get<Submission>(step);
    return submission.answer(submission.work,
                             ApplyChange(*store_, ViewOf(submission.work)));
  }
  const std::string& key() const { return key_; }

 private:
  static std::string MakeFolder() {
    const bool shm = std::filesystem::is_directory("/dev/shm");
    std::string name = shm ? "/dev/shm/fuzz-XXXXXX" : "/tmp/fuzz-XXXXXX";
    Require(::mkdtemp(name.data()) != nullptr, "there is room for a folder");
    return name;
  }

  static Config MakeConfig(const std::string& folder) {
    Config config;
    config.endpoint.trusted_networks = {"127.0.0.1"};
    config.endpoint.max_body_bytes = 4096;
    config.verify.secret_file = folder + "/keys";
    config.verify.app = "Fuzz";
    config.verify.templates["default"].texts["en"] = "{code} {app} {minutes}";
    config.guard.countries.allow = {"ID"};
    return config;
  }
  static std::shared_ptr<KeyRing> MakeKeys(const std::string& path,
                                           Random& random) {
    std::ofstream(path) << MakeSecretLine(random);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    return *KeyRing::Load(path);
  }

  SeededRandom random_{2};
  const std::string folder_ = MakeFolder();
  const Config config_ = MakeConfig(folder_);
  const std::shared_ptr<KeyRing> keys_ =
      MakeKeys(config_.verify.secret_file, random_);
  const std::unique_ptr<Store> store_ =
      std::move(OpenSqliteStores(folder_ + "/queue.db")->queue);
  const std::string key_ = MakeApiKey(random_);
  ManualClock clock_;
  RecipientParser recipients_{"ID",
                              {},
                              NumberRule::kValid,
                              []() -> Result<std::unique_ptr<NumberChecker>> {
                                return std::make_unique<Checker>();
                              }};
  SendingWindows windows_{config_};
  NumberFacts facts_{[]() -> Result<std::unique_ptr<NumberRegions>> {
    return std::make_unique<Regions>();
  }};
  BacklogWatch backlog_{clock_};
  ImportGate imports_{1};
  Access access_{config_.endpoint};
  Api api_{{.config = config_,
            .access = access_,
            .recipients = recipients_,
            .windows = windows_,
            .store = *store_,
            .clock = clock_,
            .random = random_,
            .ring = [] {},
            .imports = imports_,
            .facts = facts_,
            .backlog = backlog_,
            .keys = keys_,
            .tell = [](const GuardFinding&) {}}};
};

std::string_view TakeLine(std::string_view* text) {
  const auto end = std::min(text->find('\n'), text->size());
  const auto line = text->substr(0, end);
  text->remove_prefix(std::min(end + 1, text->size()));
  return line;
}

Request ReadRequest(std::string_view text) {
  Request request{.remote_address = "127.0.0.1"};
  std::string_view line = TakeLine(&text);
  const auto space = std::min(line.find(' '), line.size());
  request.method = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  request.path = line.substr(0, line.find('?'));
  if (line.contains('?')) request.query = line.substr(line.find('?') + 1);
  for (line = TakeLine(&text); !line.empty(); line = TakeLine(&text)) {
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const auto name = line.substr(0, colon);
    const std::string value(line.substr(colon + 2));
    if (name == "Content-Type") request.content_type = value;
    if (name == "Authorization") request.authorization = value;
    if (name == "Idempotency-Key") request.idempotency_key = value;
    if (name == "From") request.remote_address = value;
  }
  request.body = text;
  if (request.path == "/v1/messages:import") {
    request.stream = [body = request.body, at = std::size_t{0}](
                         char* buffer, std::size_t size) mutable {
      const auto count = std::min(size, body.size() - at);
      body.copy(buffer, count, at);
      at += count;
      return count;
    };
    request.length = request.body.size();
    request.body.clear();
  }
  return request;
}

void Check(const Response& response, const World& world) {
  static const std::set<int> kStatuses = {200, 201, 202, 400, 401,
                                          403, 404, 405, 409, 413,
                                          415, 422, 429, 501, 503};
  Require(kStatuses.contains(response.status), "the contract knows the status");
  Require(Json::accept(response.body), "the answer is JSON");
  Require(!response.body.contains(world.key()), "it has no key");
  for (const auto& [name, value] : response.headers) {
    Require(!value.contains('\r') && !value.contains('\n'),
            "no header has a line break");
  }
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb::fuzz;
  static World world;
  Check(world.Answer(ReadRequest({reinterpret_cast<const char*>(data), size})),
        world);
  return 0;
}
