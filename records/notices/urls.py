from django.urls import path

from records.notices import views

urlpatterns = [
    path("notices/", views.notice_list, name="notices"),
    path("notices/<int:pk>/read/", views.notice_read, name="notice_read"),
    path("notices/read/", views.notices_read, name="notices_read"),
    path("notices/unsubscribe/<str:token>/", views.unsubscribe, name="notices_unsubscribe"),
    path("notices/address/<str:token>/", views.address, name="notices_address"),
    path("settings/notices/", views.notice_settings, name="notices_settings"),
    path("settings/notices/check/", views.address_check, name="notices_check"),
    path("settings/calendar/", views.calendar_renew, name="calendar_renew"),
    path("calendar/<str:token>.ics", views.calendar_feed, name="calendar"),
    path("mail/", views.mail_log, name="mail_log"),
    path("mail/<int:pk>/resend/", views.mail_resend, name="mail_resend"),
]
