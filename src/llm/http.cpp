#include "llm/http.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <memory>

#include "base/error.h"

namespace syswright::llm {
namespace {

/// libcurl wants to be set up once in a process, before any thread uses it.
void set_up() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw Error(std::string("libcurl cannot be set up: ") + curl_easy_strerror(code));
}

struct EasyDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

class Exchange {
 public:
  explicit Exchange(const HttpPost& post) : post_(post), easy_(curl_easy_init()), multi_(curl_multi_init()) {
    if (!easy_ || !multi_) throw Error("libcurl cannot be set up: no memory");
    set_headers();
    set_options();
  }
  ~Exchange() { curl_multi_remove_handle(multi_.get(), easy_.get()); }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  HttpAnswer run() {
    const std::stop_callback wake(post_.stop, [this] { curl_multi_wakeup(multi_.get()); });
    curl_multi_add_handle(multi_.get(), easy_.get());
    int running = 1;
    while (running > 0) {
      if (post_.stop.stop_requested()) {
        answer_.end = HttpAnswer::End::cancelled;
        note_sent();
        return std::move(answer_);
      }
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) break;
      if (running > 0) curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
    finish(message == nullptr ? CURLE_RECV_ERROR : message->data.result);
    return std::move(answer_);
  }

 private:
  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Exchange*>(self)->take({data, size}) ? size : 0;
  }
  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Exchange*>(self)->take_header({data, size});
    return size;
  }

  template <typename Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(easy_.get(), option, value);
  }

  void set_headers() {
    curl_slist* list = nullptr;
    // Without this line libcurl asks for leave to send longer bodies, for which some servers let it wait.
    for (const char* line : {"Expect:", "Content-Type: application/json"}) list = curl_slist_append(list, line);
    for (const std::string& line : post_.headers) list = curl_slist_append(list, line.c_str());
    headers_.reset(list);
  }

  void set_options() {
    set(CURLOPT_URL, post_.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTPHEADER, headers_.get());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_.body.size()));
    set(CURLOPT_POSTFIELDS, post_.body.c_str());
    set(CURLOPT_USERAGENT, "syswright");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(post_.connect_seconds));
    set(CURLOPT_TIMEOUT_MS, milliseconds(post_.total_seconds));
    set(CURLOPT_WRITEFUNCTION, &Exchange::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Exchange::on_header);
    set(CURLOPT_HEADERDATA, this);
    if (post_.direct) set(CURLOPT_PROXY, "");
  }

  static long milliseconds(double seconds) { return std::max(1L, std::lround(std::min(seconds, 1e6) * 1000)); }

  bool take(std::string_view piece) {
    if (answer_.body.size() + piece.size() > post_.most_bytes) {
      too_long_ = true;
      return false;
    }
    answer_.body += piece;
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status == 200 && post_.on_piece && !post_.on_piece(piece)) {
      enough_ = true;
      return false;
    }
    return true;
  }

  void take_header(std::string_view line) {
    constexpr std::string_view name = "retry-after:";
    if (line.size() < name.size() || ::strncasecmp(line.data(), name.data(), name.size()) != 0) return;
    line.remove_prefix(name.size());
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    if (first == line.npos) return;
    answer_.retry_after = line.substr(first, line.find_last_not_of(" \t\r\n") + 1 - first);
  }

  void note_sent() {
    curl_off_t connected = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_PRETRANSFER_TIME_T, &connected);
    answer_.sent = connected > 0;
  }

  void finish(CURLcode code) {
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &answer_.status);
    note_sent();
    using End = HttpAnswer::End;
    if (code == CURLE_OK || enough_) return;
    // Not the longer text of CURLOPT_ERRORBUFFER, which says how many milliseconds something took.
    answer_.problem = curl_easy_strerror(code);
    if (too_long_) {
      answer_.end = End::too_long;
    } else if (code == CURLE_OPERATION_TIMEDOUT) {
      answer_.end = End::timed_out;
    } else {
      answer_.end = answer_.sent ? End::cut_off : End::unreachable;
    }
  }

  const HttpPost& post_;
  std::unique_ptr<curl_slist, ListDeleter> headers_;
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  HttpAnswer answer_;
  bool too_long_ = false;
  bool enough_ = false;
};

}  // namespace

HttpAnswer http_post(const HttpPost& post) {
  set_up();
  return Exchange(post).run();
}

std::optional<double> seconds_to_wait(const std::string& retry_after) {
  double seconds = 0;
  const char* const end = retry_after.data() + retry_after.size();
  const auto [rest, error] = std::from_chars(retry_after.data(), end, seconds);
  if (error == std::errc{} && rest == end && std::isfinite(seconds) && seconds >= 0) return seconds;
  const std::time_t date = curl_getdate(retry_after.c_str(), nullptr);
  if (retry_after.empty() || date < 0) return std::nullopt;
  return std::max(0.0, std::difftime(date, std::time(nullptr)));
}

}  // namespace syswright::llm
