//! Names of columns in several languages, without case, spaces and signs; the most specific first.

use crate::mapping::{Kind, Target};

/// The names that a column of a field has in exports.
pub(super) fn names(target: Target, kind: Kind) -> impl Iterator<Item = &'static str> + Clone {
    use Target::*;
    let names = match target {
        Product => {
            "product productname app appname application packagename package bundleid appid domain project \
             projectname projectkey produkt produit producto prodotto produto продукт приложение アプリ 製品 产品 应用 제품 \
             앱"
        }
        OccurredAt => {
            "occurredat submittedat submitdate submitdateutc submissiondate dateofreview reviewdate reviewedat \
             responsedate respondedat recordeddate completedat enddate createdat datecreated createddate created \
             creationdate timestamp datetime date time at when postedat publishedat datum zeitstempel zeitpunkt \
             erstelltam abgegebenam horodateur datedecreation fecha marcatemporal fechadecreacion data \
             datacreazione informazionicronologiche carimbodedatahora datadecriacao дата отметкавремени 日付 日時 \
             タイムスタンプ 日期 时间 날짜 타임스탬프 dataodpowiedzi aangemaaktop tijdstempel tarih zaman \
             التاريخ تاريخ"
        }
        Scale => "scale skala escala échelle scala",
        Rating => {
            "rating starrating stars reviewrating reviewscore reviewstars overallrating score npsscore nps \
             csatscore csat cesscore ces satisfactionscore satisfaction satisfactionrating overall thumbs thumb \
             vote grade bewertung sterne zufriedenheit wertung note évaluation étoiles calificación calificacion \
             puntuación puntuacion valoración valoracion estrellas valutazione voto stelle avaliação avaliacao \
             nota estrelas beoordeling sterren ocena оценка рейтинг 評価 星 评分 評分 평점 별점 recommend helpful satisfied \
             likely rate puan değerlendirme التقييم تقييم"
        }
        Comment => {
            "comment comments reviewtext reviewcontent reviewbody review text content body feedback verbatim \
             message reason why description kommentar bemerkung anmerkung freitext rezension commentaire avis \
             comentario comentarios opinión opinion reseña commento recensione comentário comentario opmerking \
             toelichting komentarz отзыв комментарий コメント レビュー 感想 评论 評論 内容 意见 후기 의견 댓글 \
             yorum yorumlar التعليق تعليق"
        }
        Feature | Features => {
            "feature features componentname component components module area topic topics category screen page \
             wbs service servicename businessservice configurationitem funktion funktionen modul bereich \
             komponente fonctionnalité módulo función funzionalità funcionalidade onderdeel функция 機能 功能 기능"
        }
        Release if matches!(kind, Kind::Incidents) => {
            "release affectsversions affectsversion affectedversion causedby version versionen"
        }
        Release => {
            "release appversionname appversion reviewcreatedversion version versionname productversion \
             clientversion ver affectsversions affectsversion build programmversion appversionscode versión \
             versione versão versie wersja версия バージョン 版本 버전 sürüm \
             الإصدار"
        }
        Version => {
            "version tagname tag shortversion release versionname versión versione версия 版本 バージョン"
        }
        Previous => "previous previousversion predecessor basedon",
        Segment => {
            "segment customersegment plan tier subscription country nation region territory storefront market \
             locale land pays país pais paese kundengruppe tarif страна 国 国家 국가 ülke \
             البلد"
        }
        Customer => {
            "customer customerid customername userid user username accountid account accountname company \
             organization client clientid emailaddress email respondent requester author reviewer \
             reviewernickname nickname consumer kunde kundennummer kundenname benutzer nutzer utilisateur usuario \
             cliente utente klant klient клиент пользователь ユーザー 顧客 用户 客户 고객 사용자"
        }
        Channel => "channel distributionchannel via medium kanal canal канал チャネル 渠道",
        ExternalId => {
            "externalid responseid reviewid respondentid submissionid surveyid feedbackid incidentid \
             incidentnumber incident issuekey ticketid ticket caseid uuid guid id key number issueid nummer \
             vorgangsnummer reference numéro número номер 编号 番号 \
             no المعرف"
        }
        UpdatedAt => {
            "updatedat lastupdated updated modifiedat lastmodified datemodified modified lastupdate geändertam \
             aktualisiert"
        }
        Severity => {
            "severity priority prio impact urgency level schweregrad priorität dringlichkeit gravité priorité \
             gravedad prioridad severidad gravità priorità gravidade prioriteit ernst priorytet приоритет \
             серьезность 優先度 优先级 严重程度 우선순위"
        }
        Title => {
            "title summary subject shortdescription name headline titel betreff zusammenfassung kurzbeschreibung \
             titre objet resumen asunto título titolo oggetto onderwerp tytuł название тема タイトル 件名 标题 제목"
        }
        OpenedAt => {
            "openedat opened opentime startedat starttime start began beginn createdat createdon created \
             createddate creationdate reportedat reported detectedat occurredat date geöffnet eröffnet erstellt \
             angelegt gemeldet ouvert crééle abierto creado aperto creato aberto criado geopend aangemaakt \
             utworzono создано открыт 作成日 发生时间 创建时间 생성일"
        }
        ResolvedAt => {
            "resolvedat resolved resolvedon solvedat closedat closed closetime endedat endtime end ended fixedat \
             restoredat resolutiondate gelöst behoben geschlossen erledigt ende résolu fermé resuelto cerrado \
             risolto chiuso resolvido fechado opgelost gesloten rozwiązano решено закрыт 解決日 解决时间 해결일"
        }
        ReopenedAt => "reopenedat reopened wiedereröffnet",
        AffectedCustomers => {
            "affectedcustomers customersaffected affectedusers usersaffected impactedcustomers impactedusers \
             betroffenekunden"
        }
        Day => "day date datum tag fecha data jour 日付 日期",
        ActiveCustomers => "activecustomers activeusers dau users customers uniqueusers aktivekunden nutzer",
        ReleasedAt => {
            "releasedat released releasedate datereleased publishedat published shippedat date createdat \
             datecreated veröffentlicht datum fecha data"
        }
        Source | Description | Customers | Status | Notes => "",
        PlannedFor => "plannedfor",
        WithdrawnAt => "withdrawnat withdrawn recalledat yankedat rolledbackat",
    };
    names.split_ascii_whitespace()
}
